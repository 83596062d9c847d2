"""The verdict: whether a harvest has read all that the portal has, judged from evidence alone.

Only a complete run may ever withdraw anything, so "complete" is never assumed: the portal's own count at the start and at
the end must enclose the distinct identifiers that were read, the last page must have been seen, and nothing may have
failed, gone round in a circle or been left out.
"""

from harvesters.spool import Progress, RunState, Verdict

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


def judge(state: Progress, *, limited: bool, ended: str, unfounded: str = "") -> Verdict:
    """The verdict on a harvest that has nothing left to ask (or stopped at its limit).

    ended: ISO 8601. unfounded: `Harvester.unfounded`.
    """
    # Where nothing could be read at all, what failed first says why; what was tried in its place only followed.
    failures = [*state.forgiven[:1], *state.failures] if state.failures and not state.records else state.failures
    missing = [*state.missing, *(sentence for _, sentence in failures)]
    if limited:
        missing.append("The harvest stopped at the limit that it was given.")
    distinct = len(state.seen)
    if state.advertised is not None and not limited:
        least, most = min(state.advertised), max(state.advertised)
        received = distinct + state.nameless
        if not least <= received <= most:
            counts = f"{least}" if least == most else f"{least} to {most}"
            missing.append(f"The portal says that it has {counts} datasets; {received} different ones were received.")
    elif not state.last_page and not limited and not state.failures:
        missing.append("The portal neither states a count nor showed a last page.")
    elif unfounded and not (missing or distinct or state.nameless or state.header.since or limited):
        missing.append(unfounded)
    failure = min((failure for failure, _ in failures), key=WORST_FIRST.index, default=None)
    verdict_state: RunState
    if not missing:
        verdict_state, sentence = "complete", _all_read(state)
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
    )


def _all_read(state: Progress) -> str:
    if state.header.since is not None:
        return f"All {state.records} datasets that the portal says changed since {state.header.since} were read."
    return f"All {state.records} datasets that the portal lists were read."
