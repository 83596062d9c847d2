"""Every protocol that there is, by the registry: a full harvest of a portal on loopback, one of what changed, and pages that
lead back to an earlier one; or the reason why a protocol has no page that could.

The portals are the sandbox's, as the faults have them (`tests.faults.subjects`), and the harvests run as theirs do. What is
said here of a protocol is held against its class and against what its harvest asks: a protocol that is new fails until it has
a portal and a word about its pages, and one that begins to page fails until its pages have gone in a circle.
"""

from collections.abc import Iterator

import pytest

from harvesters.registry import all_harvesters, harvester_for
from harvesters.spool_lines import Checkpoint
from sandbox.faults.listings import LoopsPages
from tests.faults.running import UNHARMED
from tests.faults.subjects import DATASETS
from tests.harvesters.audits import (
    ALONE,
    BACK,
    FEW,
    FURTHER_REQUESTS,
    LEADS_BACK,
    ONE,
    PAGING_OPTIONS,
    PORTALS,
    SINCE,
    TREE,
    UNPAGED,
    UNPAGED_PORTALS,
    Audit,
    Audits,
    Done,
    Revalidates,
)

every_portal = pytest.mark.parametrize("key", PORTALS)


of_changes = pytest.mark.parametrize(
    "key", [key for key, subject in PORTALS.items() if harvester_for(subject.kind.protocol).incremental]
)


of_all = pytest.mark.parametrize(
    "key", [key for key, subject in PORTALS.items() if not harvester_for(subject.kind.protocol).incremental]
)


in_pages = pytest.mark.parametrize(
    "key",
    [key for key, subject in PORTALS.items() if subject.kind.protocol not in UNPAGED and key not in UNPAGED_PORTALS],
)


without_pages = pytest.mark.parametrize(
    "key", [key for key, subject in PORTALS.items() if subject.kind.protocol in UNPAGED or key in UNPAGED_PORTALS]
)


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audits]:
    with Audits(tmp_path_factory.mktemp("audits")) as audits:
        yield audits


def test_every_registered_protocol_has_a_portal_and_a_word_about_its_pages():
    """A protocol that is added without a portal, or without a portal in pages and a reason for it, fails here."""
    registered = set(all_harvesters())
    assert {subject.kind.protocol for subject in PORTALS.values()} == registered
    paged = {
        subject.kind.protocol
        for key, subject in PORTALS.items()
        if subject.kind.protocol not in UNPAGED and key not in UNPAGED_PORTALS
    }
    assert paged | set(UNPAGED) == registered
    assert not paged & set(UNPAGED)
    assert set(UNPAGED_PORTALS) <= set(PORTALS)
    trees = {protocol for protocol, (shape, _) in UNPAGED.items() if shape == TREE}
    assert trees <= {PORTALS[key].kind.protocol for key in BACK}
    assert {PORTALS[key].kind.protocol for key in UNPAGED_PORTALS} <= paged, (
        "a protocol with pages has a portal with them"
    )


@every_portal
def test_a_full_harvest_is_complete_and_every_dataset_valid(key: str, audits: Audits):
    """All that the portal holds is there, once, and passes validation."""
    audit = audits[key]
    done = audit.full
    assert done.harvest.state == "complete", done.harvest.verdict
    assert len(done.harvest.records) >= len(done.content) == len(done.packages), "each record is a valid dataset"
    if key in ALONE:
        assert len(done.packages) == 1
    else:
        found = [number for package in done.packages.values() for number in audit.portal.numbers(package)]
        assert sorted(found) == [f"{number:05}" for number in range(DATASETS)]


@of_changes
def test_a_harvest_of_changes_asks_for_less_and_brings_what_changed(key: str, audits: Audits):
    """Of a portal that did not change nothing is read, by fewer requests; of one where one dataset did, that one."""
    audit, full = audits[key], audits[key].full
    with audit.portal.suffering(UNHARMED) as address:
        unchanged = audit.harvest(address, since=SINCE)
        dataset = audit.change()
        changed = audit.harvest(address, since=SINCE)
    assert (unchanged.harvest.state, unchanged.harvest.records) == ("complete", []), unchanged.harvest.verdict
    assert unchanged.requests < full.requests
    assert changed.harvest.state == "complete", changed.harvest.verdict
    assert changed.requests < full.requests
    ((native_id, package),) = changed.packages.items()
    assert audit.is_of(package, dataset)
    assert native_id in full.packages, "it comes under the identifier that it had"
    assert package != full.packages[native_id]


@of_all
def test_a_second_full_harvest_tells_what_changed(key: str, audits: Audits):
    """Of a portal that did not change the same records come again, with ETags none of them is sent; where one dataset did
    change, its record differs and no other."""
    audit, full = audits[key], audits[key].full
    revalidates = Revalidates()
    with audit.portal.suffering(revalidates) as address:
        again = audit.harvest(address)
        assert revalidates.conditional == 0, "without an earlier harvest there is nothing to know an answer by"
        conditional = audit.harvest(address, earlier=again)
        assert revalidates.conditional == revalidates.unchanged == conditional.gets > 0
        dataset = audit.change()
        changed = audit.harvest(address, earlier=conditional)
    for done in (again, conditional):
        assert done.harvest.state == "complete", done.harvest.verdict
        assert (done.harvest.ids, done.content) == (full.harvest.ids, full.content)
    assert changed.harvest.state == "complete", changed.harvest.verdict
    assert changed.packages.keys() == full.packages.keys()
    (differing,) = [key for key, package in changed.packages.items() if package != full.packages[key]]
    assert audit.is_of(changed.packages[differing], dataset)


@in_pages
def test_pages_that_lead_back_end_and_are_told(key: str, audits: Audits):
    """Behind the second page comes the first again, for ever: the harvest ends, is not complete, and says why."""
    full = audits[key].full
    audit = audits.looped(key)
    with audit.portal.suffering(LoopsPages()) as address:
        done = audit.harvest(address)
        struck = audit.portal.struck
    assert struck, "the circle was met"
    assert done.harvest.state in {"partial", "failed"}, done.harvest.verdict
    assert any(LEADS_BACK.search(sentence) for sentence in done.harvest.verdict.missing), done.harvest.verdict
    assert "page-loop" in [finding.code for finding in done.harvest.noticed]
    assert done.requests <= full.requests + FURTHER_REQUESTS


@in_pages
def test_what_has_pages_asks_for_more_of_them_where_there_is_more(key: str, audits: Audits):
    """That the portal is in pages at all: the chain of its answers grows with what it holds."""
    assert audits[key].full.depth > _few(audits[key]).depth


@without_pages
def test_what_has_no_pages_has_none_that_could_lead_back(key: str, audits: Audits):
    """The reason that is declared, held against the class and the harvest: no answer leads to a further one of its kind, for
    the chain of answers is as long for three times the datasets."""
    audit = audits[key]
    kind = audit.subject.kind
    few, full = _few(audit), audit.full
    assert few.depth == full.depth
    addresses = [line.answered for line in full.harvest.lines if isinstance(line, Checkpoint) and line.answered]
    assert len(addresses) == len(set(addresses)), "nothing is asked twice"
    if kind.protocol not in UNPAGED:
        assert UNPAGED_PORTALS[key]
        return
    shape, reason = UNPAGED[kind.protocol]
    assert reason
    options = {option.name for option in harvester_for(kind.protocol).options}
    assert not options & PAGING_OPTIONS, "a class that has options of paging knows pages"
    if shape == ONE:
        assert few.requests == full.requests, "one document is the whole, whatever it holds"


@pytest.mark.parametrize("key", BACK)
def test_documents_that_lead_back_are_read_once(key: str, audits: Audits):
    """Where documents name documents, one that names an earlier one ends the harvest no later, and costs no dataset."""
    audit, full, fault = audits[key], audits[key].full, BACK[key]
    with audit.portal.suffering(fault) as address:
        done = audit.harvest(address)
        struck = audit.portal.struck
    assert struck, "the circle was met"
    assert done.packages == full.packages
    assert done.requests <= full.requests + FURTHER_REQUESTS
    if fault.told:
        assert done.harvest.state == "partial", done.harvest.verdict
        assert any(LEADS_BACK.search(sentence) for sentence in done.harvest.verdict.missing), done.harvest.verdict
    else:
        assert done.harvest.state == "complete", done.harvest.verdict


def _few(audit: Audit) -> Done:
    """A harvest of the portal with so few datasets that they are one page."""
    with audit.portal.suffering(UNHARMED) as address:
        # The one dataset that a page is about stays among them.
        del audit.portal.datasets[FEW:]
        return audit.harvest(address)
