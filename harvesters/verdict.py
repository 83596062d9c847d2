"""The verdict: whether a harvest has read all that the portal has, judged from evidence alone.

Only a complete run may ever withdraw anything, so "complete" is never assumed: the portal's own count at the start and at
the end must enclose the distinct identifiers that were read, the last page must have been seen, and nothing may have
failed, gone round in a circle or been left out.
"""

from harvesters.phrases import Phrase, in_words, phrase
from harvesters.progress import Progress
from harvesters.spool_lines import RunState, Verdict

WORST_FIRST = (
    "refused-address",
    "refused-by-robots",
    "auth",
    "tls",
    "moved",
    "blocked",
    "too-large",
    "malformed",
    "down",
)
"""Which failure names a run that had several: the one that a person has to mend first."""


def judge(state: Progress, *, limited: bool, ended: str, unfounded: Phrase | None = None) -> Verdict:
    """The verdict on a harvest that has nothing left to ask (or stopped at its limit).

    ended: ISO 8601. unfounded: `Harvester.unfounded`.
    """
    # Where nothing could be read at all, what failed first says why; what was tried in its place only followed.
    failures = [*state.forgiven[:1], *state.failures] if state.failures and not state.records else state.failures
    missing = [*state.missing, *(sentence for _, sentence in failures)]
    judged: list[Phrase] = []
    if limited:
        judged.append(phrase("run-limit"))
    distinct = len(state.seen)
    if state.advertised is not None and not limited:
        least, most = min(state.advertised), max(state.advertised)
        received = distinct + state.nameless
        if not least <= received <= most:
            judged.append(
                phrase("run-count-differs", stated=least, received=received)
                if least == most
                else phrase("run-count-differs-between", least=least, most=most, received=received)
            )
    elif not state.last_page and not limited and not state.failures:
        judged.append(phrase("run-no-count-no-end"))
    elif unfounded and not (missing or distinct or state.nameless or state.header.since or limited):
        judged.append(unfounded)
    missing += [in_words(each) for each in judged]
    failure = min((failure for failure, _ in failures), key=WORST_FIRST.index, default=None)
    verdict_state: RunState
    if not missing:
        judged = [_all_read(state)]
        verdict_state, sentence = "complete", in_words(judged[0])
    elif state.records or limited:
        verdict_state, sentence = "partial", missing[0]
    else:
        verdict_state, sentence = "failed", missing[0]
        failure = failures[0][0] if failures else "malformed"
    return Verdict(
        state=verdict_state,
        ended=ended,
        sentence=sentence,
        records=state.records,
        distinct=distinct,
        nameless=state.nameless,
        advertised=state.advertised,
        failure=failure,
        missing=missing,
        requests=state.requests,
        said=(state.said | {in_words(each): (each,) for each in judged}).get(sentence, ()),
    )


def _all_read(state: Progress) -> Phrase:
    if state.header.since is not None:
        return phrase("run-all-changed-read", datasets=state.records, since=state.header.since)
    return phrase("run-all-read", datasets=state.records)
