"""More wells and cameras than anybody has: what is held of them is bounded, also after a restart."""

from asgi_lifespan import LifespanManager

from service.app import create_app
from service.app.components import Components
from service.contract.decision import Verdict
from service.control_room.board import MOST_CAMERAS, MOST_WELLS
from service.record.journal.file import JournalFile
from service.settings import Settings
from tests.decisions import a_decision

IDS = 6000


async def test_a_start_takes_up_what_the_board_can_hold_however_much_is_on_record(settings: Settings) -> None:
    file = JournalFile(settings.journal_path)
    file.create()
    sent = [a_decision(Verdict.LEAK, camera_id=f"cam-{number}", well_id=f"w-{number}") for number in range(IDS)]
    file.write([*sent, *(a_decision(camera_id="cam-x", well_id=f"w-{number}") for number in range(IDS))])
    file.close()
    app = create_app(settings)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        parts: Components = app.app._app.state.needs  # type: ignore[attr-defined]  # the framework's own
        view = parts.live_events.board.view()
        assert sum(len(camera.wells) for camera in view.cameras) == MOST_WELLS
        assert len(view.cameras) <= MOST_CAMERAS
        assert {camera.camera_id for camera in view.cameras} == {"cam-x"}, "those that sent last"
