"""What mapping hands over to the store; apart from it, so that worker processes need no database."""

import msgspec


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One mapped and validated record, to be kept. native_id: as the store has it (`identity.store_key`).
    descriptor: empty where a finding blocks; findings: as builtins."""

    id: str
    native_id: str
    name: str
    title: str
    descriptor: bytes
    content_hash: str
    record_hash: str
    findings: list[dict[str, object]]
    blocked: bool
