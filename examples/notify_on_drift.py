"""Tell somebody when a site changed: an automation on the event that the flow ``drift`` sends.

    python examples/notify_on_drift.py https://hooks.example/services/T000/B000

Posts ``{"text": …}`` to the address, as chat tools take it. Run it again to change the address. The
same can be clicked together in the UI: Automations, custom trigger, event ``strigil.site.changed``.
"""

from __future__ import annotations

import sys

from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture

NAME = "strigil-site-changed"


def main(address: str) -> None:
    """Make the notification and the automation, or bring them up to date."""
    text = {"text": "{{subject}}: {{body}}"}
    block = CustomWebhookNotificationBlock(name=NAME, url=address, json_data=text)
    block_id = block.save(NAME, overwrite=True)
    automation = Automation(
        name=NAME,
        description="A site is no longer what it was: look before more of it is cleaned.",
        trigger=EventTrigger(
            expect={"strigil.site.changed"},
            match={"prefect.resource.id": "strigil.site.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            SendNotification(
                block_document_id=block_id,
                subject="{{ event.resource.name }} changed",
                body="{{ event.payload.summary }}",
            )
        ],
    )
    try:
        automation.id = Automation.read(name=NAME).id
        automation.update()
    except ValueError:
        automation.create()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
