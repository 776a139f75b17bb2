"""A journal under load, to be killed: prints the id of each decision once an answer could have left.

python -m tests.integration.record.acknowledging FOLDER
"""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from service.contract.decision import Verdict
from service.contract.journal_entry import entry_id
from service.record.journal.journal import Journal
from service.setting_groups import JournalSettings
from tests.decisions import a_decision

LEAK_EVERY = 5


async def main(folder: Path) -> None:
    journal = Journal(folder / "journal.db", JournalSettings(linger_s=0.02))
    await journal.open()
    number = 0
    while True:
        number += 1
        verdict = Verdict.NO_LEAK if number % LEAK_EVERY else Verdict.LEAK
        receipt = journal.append([a_decision(verdict, decision_id=str(uuid4()), image_sha256=2 * uuid4().hex)])
        if receipt.durable is None:
            await asyncio.sleep(0)
        else:
            await receipt.durable
            sys.stdout.write(entry_id(receipt.entries[0]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
