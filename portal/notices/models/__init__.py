"""Notices, how people want them, and what leaves the portal because of them."""

from portal.notices.models.messages import Message
from portal.notices.models.notices import Notice
from portal.notices.models.preferences import Preferences
from portal.notices.models.texts import MailText
from portal.notices.models.webhooks import Webhook

__all__ = ["MailText", "Message", "Notice", "Preferences", "Webhook"]
