"""Everything that nobody outside Qoo10 knows for sure, as named switches.

A default is either what public clients observed, or, where nothing is known, the behaviour that hurts a careless client
most. ``docs/sandbox.md`` repeats this list for people; a test holds the page to these fields.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class PendingWrite(StrEnum):
    """A number is written while a cancel request is open."""

    CLOSES = "accepted_closes_request"
    LEAVES = "accepted_leaves_request"
    REFUSED = "refused"


class DeadWrite(StrEnum):
    """A number is written to a line that is cancelled or being cancelled."""

    REFUSED = "refused"
    SILENT = "accepted_silently"


class Acceptance(StrEnum):
    """Something whose fate is not documented is taken, or it is not."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class OtherNumber(StrEnum):
    """A line that has a number already is given another one."""

    OVERWRITTEN = "overwritten"
    IGNORED = "ignored"
    REFUSED = "refused"


class OverdueCancel(StrEnum):
    """A buyer's cancel past the ship-by date."""

    AT_ONCE = "at_once"
    REQUEST = "request"


class CancelReach(StrEnum):
    """What one press of the buyer's button cancels."""

    LINE = "line"
    CART = "cart"


class EndedRequest(StrEnum):
    """What is left to see of a cancel request that was withdrawn or refused."""

    NOTHING = "nothing"
    ON_LINE = "on_line"


class CancelledByOrder(StrEnum):
    """What GetShippingAndClaimInfoByOrderNo_V2 says of a cancelled line."""

    SHOWN = "shown"
    GONE = "gone"


class UnknownOrder(StrEnum):
    """A number is written to an order number that does not exist."""

    NOT_YOURS = "not_yours"
    UPDATE_FAILED = "update_failed"


class MissingParameter(StrEnum):
    """A required parameter is left out altogether (not sent as the empty string)."""

    GATEWAY_ERROR = "gateway_error"
    AS_EMPTY = "as_empty"
    SERVER_STUMBLE = "server_stumble"


class ShortEndDate(StrEnum):
    """How far a search period reaches whose end has eight digits."""

    WHOLE_DAY = "whole_day"
    MIDNIGHT = "midnight"


class CredentialEnvelope(StrEnum):
    """Which of the two error envelopes carries trouble with the key."""

    BY_CODE = "by_code"
    ERROR_CODE = "error_code"
    RESULT_CODE = "result_code"


class ContentTypeHeader(StrEnum):
    """The content type of JSON and XML answers; nobody has recorded the real one."""

    AS_RENDERED = "as_rendered"
    TEXT_HTML = "text_html"
    OCTET_STREAM = "octet_stream"


class NothingFound(StrEnum):
    """``ResultObject`` of a list call that found nothing."""

    EMPTY_LIST = "empty_list"
    NULL = "null"


class StatusTexts(StrEnum):
    """The words around a shipping status number."""

    CURRENT = "current"
    OLDER = "older"
    JAPANESE = "japanese"
    NUMBER = "number"


class DateForm(StrEnum):
    """How times look in answers."""

    FULL = "full"
    NO_SECONDS = "no_seconds"
    DIGITS = "digits"


class ThrottledAs(StrEnum):
    """The answer to a call over the limit; nobody has seen the real one."""

    HTTP_429 = "http_429"
    HTML_200 = "html_200"
    GATEWAY_ERROR = "gateway_error"


class Switches(BaseModel):
    """The switches with their defaults. Assignment is validated; unknown names and values are refused."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # Writes
    write_while_cancel_requested: PendingWrite = Field(
        PendingWrite.CLOSES, description="What a tracking number does to an open cancel request."
    )
    write_after_cancel: DeadWrite = Field(
        DeadWrite.REFUSED, description="A number for a cancelled line: refused, or code 0 and nothing changes."
    )
    write_same_number: Acceptance = Field(
        Acceptance.ACCEPTED, description="The number that the dispatched line already has, once more."
    )
    write_other_number: OtherNumber = Field(
        OtherNumber.OVERWRITTEN, description="Another number for a dispatched line; ignored means code 0, no change."
    )
    write_unpaid: Acceptance = Field(Acceptance.REFUSED, description="A number for a line that is not paid yet.")
    update_failed_code: int = Field(
        -10010, description="The code of every refused update; the guide has -10010 and -10100 for the same words."
    )
    unknown_order: UnknownOrder = Field(
        UnknownOrder.NOT_YOURS, description="A number for an order number that does not exist: -10004 or update failed."
    )
    unknown_company: Acceptance = Field(
        Acceptance.ACCEPTED, description="A ShippingCorp that was never seen at Qoo10: recorded as it is, or refused."
    )
    blank_tracking_no: Acceptance = Field(
        Acceptance.REFUSED, description="A TrackingNo of blanks only: taken, or refused with -10003."
    )
    visible_late_s: float = Field(
        0, ge=0, le=600, description="Seconds until the readers show what a call has written."
    )
    bulk_limit_code: int = Field(
        -10011, description="SetSendingInfoBulk with over 500 rows; unverified, borrowed from SetSellerCheckYNBulk."
    )
    ship_by_today: Acceptance = Field(
        Acceptance.REFUSED, description="Today as the ship-by date; the guide says that it must be later than today."
    )
    ship_by_at_most_days: int = Field(
        30, ge=1, description="Days to the last allowed ship-by date (-10017 after it); the real number is unknown."
    )
    missing_parameter: MissingParameter = Field(
        MissingParameter.GATEWAY_ERROR, description="A required parameter left out: -90001, read as empty, or -999."
    )

    # Cancels
    overdue_cancel: OverdueCancel = Field(
        OverdueCancel.AT_ONCE, description="A buyer's cancel past the ship-by date takes effect at once, or is asked."
    )
    buyer_cancel_takes: CancelReach = Field(
        CancelReach.LINE, description="A buyer's cancel takes one order line, or every line of its cart that it can."
    )
    ended_request_shows: EndedRequest = Field(
        EndedRequest.NOTHING,
        description="A withdrawn or refused request: no trace, or claimStatus 1 stays on the line.",
    )
    cancelled_line_by_order: CancelledByOrder = Field(
        CancelledByOrder.SHOWN, description="A cancelled line asked for by its number: a row with its claim, or no row."
    )
    pending_request_listed: bool = Field(
        True, description="Whether GetShippingInfo_v3 still lists a line with an open cancel request."
    )
    related_order_lists_cancelled: bool = Field(
        True, description="Whether RelatedOrder still names the cart's cancelled lines."
    )

    # Keys
    bad_key_code: int = Field(-90001, description="The code for a key that Qoo10 never issued.")
    missing_key_code: int = Field(-90000, description="The code for a call without a key.")
    expired_key_code: int = Field(-90004, description="The code for a key past its life; -90005 means the same.")
    changed_password_code: int = Field(-10000, description="The code for a key that a password change has killed.")
    credential_envelope: CredentialEnvelope = Field(
        CredentialEnvelope.BY_CODE, description="By code: -9xxxx comes as ErrorCode, the others as ResultCode."
    )
    key_life_days: int = Field(365, ge=1, description="Days that an issued key lives.")
    new_key_kills_old: bool = Field(False, description="Whether issuing a key ends the shop's keys before it.")

    # The look of answers
    content_type: ContentTypeHeader = Field(
        ContentTypeHeader.AS_RENDERED, description="The content type header of JSON and XML answers."
    )
    nothing_found: NothingFound = Field(
        NothingFound.EMPTY_LIST, description="ResultObject when a list call finds none."
    )
    result_code_as_text: bool = Field(False, description='Whether ResultCode comes as "0" instead of 0.')
    status_texts: StatusTexts = Field(
        StatusTexts.CURRENT, description="On delivery(4) · Delivery(4) · 配送中(4) · 4 alone."
    )
    date_form: DateForm = Field(DateForm.FULL, description="2026-11-22 09:15:00 · 2026-11-22 09:15 · 20261122091500.")
    order_no_as_text: bool = Field(False, description="Whether order and cart numbers come as text in every list.")
    claim_order_no_as_text: bool = Field(True, description="Whether they come as text in GetClaimInfo_V3.")
    claims_wrapped: bool = Field(False, description='Whether claim rows come inside {"ClaimInfo": [...]}.')
    short_end_date: ShortEndDate = Field(
        ShortEndDate.WHOLE_DAY, description="Whether an eight-digit end date includes its day."
    )

    # Load
    latency_ms: float = Field(0, ge=0, le=600_000, description="Milliseconds before every answer.")
    apply_before_latency: bool = Field(True, description="Whether a call takes effect before its latency, or after it.")
    calls_per_second: int = Field(0, ge=0, description="Calls a second that one shop may make; 0 is no limit.")
    throttled_as: ThrottledAs = Field(ThrottledAs.HTTP_429, description="The answer to a call over that limit.")
    error_rate: float = Field(0, ge=0, le=1, description="Share of calls that fail before they take effect.")
    error_http_status: int = Field(503, ge=400, le=599, description="The HTTP status of those failures.")
