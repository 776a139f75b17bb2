"""The states of the vision system, and the answer that clients wait for when a message is not there."""

from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.address_space import AddressSpace

from service.edge.access import Access
from service.edge.sessions import Sessions
from service.monitoring.readiness import Readiness
from service.plug_settings import OpcuaSettings
from service.plugs.opcua.jobs import VisionState
from service.plugs.opcua.server import MendedSubscriptions, OpcuaPlug


async def unheard(_kind: object, _payload: object) -> None:
    pytest.fail("nobody has called anything")


async def test_the_state_follows_readiness_and_pictures() -> None:
    readiness = Readiness()
    readiness.set("model", "starting")
    plug = OpcuaPlug(OpcuaSettings(), Access({}, Sessions(b"secret")), readiness, unheard)
    assert plug.state_now() is VisionState.PREOPERATIONAL
    readiness.set("model", None)
    assert plug.state_now() is VisionState.INITIALIZED
    plug.newest_at = datetime.now(UTC)
    assert plug.state_now() is VisionState.CONTINUOUS_EXECUTION
    plug.newest_at -= timedelta(seconds=60)
    assert plug.state_now() is VisionState.READY
    readiness.set("self_test", "failed")
    assert plug.state_now() is VisionState.ERROR
    readiness.draining = True
    assert plug.state_now() is VisionState.HALTED


def test_a_subscription_that_does_not_exist_is_named_as_such() -> None:
    with pytest.raises(ServiceError) as refused:
        MendedSubscriptions(AddressSpace()).republish(ua.RepublishParameters(SubscriptionId=4711))
    assert refused.value.code == ua.StatusCodes.BadSubscriptionIdInvalid
