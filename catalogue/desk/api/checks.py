"""Operations that look at an address before it is submitted."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from ninja.responses import Status as Answer

from catalogue.desk import checking
from catalogue.desk.api import rates
from catalogue.desk.api.errors import ApiError
from catalogue.desk.api.inputs import CheckIn, InLanguage
from catalogue.desk.api.keys import BearerKey, need_scope
from catalogue.desk.api.schemas import KEYED, WRITTEN, CheckOut, Error
from catalogue.desk.models import Check
from catalogue.register import remarks
from catalogue.states.languages import current

router = Router(tags=["checks"], auth=BearerKey())
ASK_AGAIN_SECONDS = 20
"""As long as a check takes at most (`catalogue.check`)."""


@router.post(
    "/checks", response={202: CheckOut, **WRITTEN}, operation_id="beginCheck", summary="Check an address",
    throttle=[rates.TOKENS, rates.CHECKS], description="Looks in the background which protocol an address speaks, and reads "
    "its first datasets; it takes up to 20 seconds. The key may `submit`.",
)  # fmt: skip
def begin(request: HttpRequest, page: Query[InLanguage], body: CheckIn) -> Answer[CheckOut]:
    """Ask for a check. Raises ApiError for what is no address, and where too many of the person's checks wait."""
    token = need_scope(request, "submit")
    url, mistake = remarks.read_address(body.url)
    if not url or mistake is not None:
        raise ApiError("not-an-address")
    check = checking.begin(token.person, url, current())
    if check.stage == Check.Stage.REFUSED:
        raise ApiError("checks-waiting", headers={"Retry-After": str(ASK_AGAIN_SECONDS)})
    return Answer(202, _check(check))


@router.get(
    "/checks/{check_id}", response={200: CheckOut, **KEYED, 403: Error}, operation_id="getCheck", summary="One check",
    description="Where a check stands that this key's owner asked for, and what it found. The key may `submit`.",
)  # fmt: skip
def follow(request: HttpRequest, check_id: UUID) -> CheckOut:
    """Where a check stands. Raises Http404 for one of somebody else."""
    token = need_scope(request, "submit")
    return _check(get_object_or_404(Check, pk=check_id, person=token.person))


def _check(check: Check) -> CheckOut:
    return CheckOut(id=check.pk, url=check.url, stage=check.stage, told=check.told, result=check.result)  # type: ignore[arg-type]
