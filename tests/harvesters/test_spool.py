"""The spool: what was written whole is read again, whatever happened to the process that wrote it."""

import pytest

from harvesters.errors import SpoolError, SpoolInUse
from harvesters.findings import Finding
from harvesters.progress import progress
from harvesters.spool import SpoolWriter, read_spool, whole_frames_bytes
from harvesters.spool_lines import Ask, Checkpoint, Header, Noticed, Record, Verdict, raw_json

HEADER = Header(
    source="xa-portal",
    run="1",
    url="https://data.example/",
    protocol="ckan",
    started="2026-01-01T00:00:00Z",
    harvester="1",
)
VERDICT = Verdict(state="complete", ended="2026-01-01T00:01:00Z", sentence="All read.", records=4, distinct=4)


def record(number: int) -> Record:
    return Record(
        id=f"d{number}",
        url="https://data.example/api",
        at="2026-01-01T00:00:01Z",
        json=raw_json(b'{\n"n": %d}' % number),
    )


def page(number: int) -> tuple[list[Record], Checkpoint]:
    following = Ask(url=f"https://data.example/api?start={number + 1}")
    return (
        [record(2 * number), record(2 * number + 1)],
        Checkpoint(answered=f"GET https://data.example/api?start={number} ", asked=[following], advertised=4),
    )


@pytest.fixture
def spool(tmp_path):
    path = tmp_path / "xa" / "1.jsonl.zst"
    writer = SpoolWriter.create(path, HEADER)
    for number in range(2):
        records, checkpoint = page(number)
        writer.write(records)
        writer.checkpoint(checkpoint)
    writer.close()
    return path


def test_what_is_written_is_read(spool):
    lines = list(read_spool(spool))
    assert [type(line) for line in lines] == [Header, Record, Record, Checkpoint, Record, Record, Checkpoint]
    assert bytes(lines[1].json) == b'{ "n": 0}'


@pytest.mark.parametrize("torn_bytes", [1, 5, 40])
def test_a_torn_frame_is_cut_off_and_the_harvest_goes_on(spool, torn_bytes):
    whole = spool.stat().st_size
    writer = SpoolWriter.resume(spool)
    records, checkpoint = page(2)
    writer.write(records)
    writer.checkpoint(checkpoint)
    writer.close()
    content = spool.read_bytes()
    spool.write_bytes(content[: min(whole + torn_bytes, len(content) - 1)])
    assert whole_frames_bytes(spool) == whole
    assert sum(isinstance(line, Record) for line in read_spool(spool)) == 4

    writer = SpoolWriter.resume(spool)
    writer.write(records)
    writer.checkpoint(checkpoint)
    writer.close(VERDICT)
    lines = list(read_spool(spool))
    assert [line.id for line in lines if isinstance(line, Record)] == [f"d{n}" for n in range(6)]
    assert lines[-1] == VERDICT


def test_one_process_at_a_time_writes_a_spool(spool):
    """Locks are of an open file, so that a second opening here is as another process's."""
    writer = SpoolWriter.resume(spool)
    records, checkpoint = page(2)
    writer.write(records)
    writer.checkpoint(checkpoint)
    whole = spool.read_bytes()
    writer.write(page(3)[0])  # a frame that is open
    with pytest.raises(SpoolInUse, match="Another process still writes") as refused:
        SpoolWriter.resume(spool)
    assert [each.code for each in refused.value.said] == ["spool-in-use", "do-wait-for-writer"]
    assert spool.read_bytes().startswith(whole), "it is not cut back"
    writer.close()
    SpoolWriter.resume(spool).close(VERDICT)
    assert progress(spool).records == 6


def test_progress_tells_what_is_still_to_be_asked(spool):
    state = progress(spool)
    assert (state.records, len(state.seen), state.nameless, state.advertised) == (4, 4, 0, (4, 4))
    assert [ask.url for ask in state.open.values()] == ["https://data.example/api?start=2"]
    assert state.verdict is None


def test_a_record_that_could_not_be_kept_counts_as_received(tmp_path):
    path = tmp_path / "s.zst"
    writer = SpoolWriter.create(path, HEADER)
    writer.write([Noticed(finding=Finding(code="record-too-large", severity="blocks"), received=True)])
    writer.checkpoint(Checkpoint())
    writer.close()
    assert (progress(path).records, progress(path).nameless) == (1, 1)


@pytest.mark.parametrize("content", [b"", b"not a spool", b'{"type":"verdict"}'])
def test_what_is_no_spool_is_refused(tmp_path, content):
    path = tmp_path / "s.zst"
    path.write_bytes(content)
    with pytest.raises(SpoolError, match="harvest the source again"):
        progress(path)


def test_a_spool_is_never_overwritten(spool):
    with pytest.raises(FileExistsError):
        SpoolWriter.create(spool, HEADER)
