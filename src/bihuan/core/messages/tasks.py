"""What the worker does with messages: each at once, those left behind every minute, receipts every five."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from bihuan.core.messages import delivery


@app.task(name="messages.deliver")
def deliver(message_id: str) -> str:
    """Try to deliver one message, and come back later where it could not be."""
    outcome = delivery.attempt(UUID(message_id))
    if outcome is None:
        return "not due"
    if outcome.again_at is not None:
        deliver.configure(schedule_at=outcome.again_at).defer(message_id=message_id)
    return outcome.state


@app.periodic(cron="* * * * *", periodic_id="messages.drain")
@app.task(name="messages.drain", queueing_lock="messages.drain", lock="messages.drain")
def drain(timestamp: int) -> int:
    """Deliver what is due and has no job any more: a killed worker's messages, restored backups."""
    return sum(delivery.attempt(message_id) is not None for message_id in delivery.due())


@app.periodic(cron="*/5 * * * *", periodic_id="messages.reports")
@app.task(name="messages.reports", queueing_lock="messages.reports", lock="messages.reports")
def reports(timestamp: int) -> int:
    """Ask the gateways for delivery receipts."""
    return delivery.ask_for_reports()
