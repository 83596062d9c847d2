"""Every fault that there is."""

from sandbox.faults.answers import (
    FailsAlways,
    FailsInTheMiddle,
    FailsOnce,
    Firewall,
    GzipBomb,
    RedirectInside,
    RedirectLoop,
    RedirectMetadata,
    SlowDown,
    SlowDownForADay,
    SlowDownUntil,
    WebPage,
    WrongCharset,
)
from sandbox.faults.connections import (
    Down,
    Drip,
    ExpiredCertificate,
    IncompleteChain,
    Reset,
    ResetOnce,
    Stalled,
    StalledWithin,
    Truncated,
)
from sandbox.faults.fault import Fault
from sandbox.faults.listings import (
    Empty,
    Grows,
    LoopsPages,
    LosesAPage,
    RepeatsAPage,
    SaysFewer,
    SaysMore,
    Shrinks,
)
from sandbox.faults.sizes import LargeRecord, ManyKeywords, ManyResources

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        Down(), Reset(), ResetOnce(), Stalled(), StalledWithin(), Drip(), Truncated(), ExpiredCertificate(),
        IncompleteChain(), FailsOnce(), FailsAlways(), FailsInTheMiddle(), SlowDown(), SlowDownUntil(), SlowDownForADay(),
        Firewall(), RedirectLoop(), RedirectInside(), RedirectMetadata(), WebPage(), WrongCharset(), GzipBomb(), Empty(),
        SaysMore(), SaysFewer(), LosesAPage(), LoopsPages(), RepeatsAPage(), Grows(), Shrinks(), ManyKeywords(),
        ManyResources(), LargeRecord(),
    )
}  # fmt: skip
"""By name, in the order of the matrix."""
