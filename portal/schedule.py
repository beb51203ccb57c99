"""What the clockwork does, and how often: names for people, tasks, seconds or times of the day."""

from typing import Any, Final

from celery.schedules import crontab

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "expire grants": {"task": "sharing.expire_grants", "schedule": 60.0},
    "end emergency access": {"task": "sharing.end_emergencies", "schedule": 60.0},
    "sweep pulls": {"task": "sharing.sweep_pulls", "schedule": 20.0},
    "remind of deadlines": {"task": "sharing.remind_deadlines", "schedule": 3600.0},
    "publish entries at their time": {"task": "catalog.publish_due", "schedule": 30.0},
    "remind of overdue reviews": {"task": "catalog.remind_reviews", "schedule": 3600.0},
    "count uses anew": {"task": "sharing.recount_use", "schedule": 86_400.0},
    "tell of what is followed": {"task": "catalog.tell_followers", "schedule": 600.0},
    "wake lost uploads": {"task": "catalog.sweep_intakes", "schedule": 60.0},
    # at night, when sources are little used; long before anybody comes to work
    "compare sources and entries": {
        "task": "catalog.compare_sources",
        "schedule": crontab(hour=2, minute=40),
    },
    "harvest other catalogs": {"task": "catalog.look_after_harvests", "schedule": 120.0},
    "assess the quality of what changed": {"task": "catalog.assess_quality", "schedule": 20.0},
    "look at quality again": {"task": "catalog.look_at_quality_again", "schedule": 21_600.0},
    "check attached data every night": {
        "task": "sharing.ask_for_data_checks",
        "schedule": crontab(hour=1, minute=30),
    },
    "wake lost checks of data": {"task": "sharing.sweep_data_checks", "schedule": 60.0},
    "decide what leaves because of notices": {"task": "notices.look_after", "schedule": 10.0},
    "remind of concerns": {"task": "sharing.remind_concerns", "schedule": 3600.0},
    "erase contacts of complaints": {
        "task": "sharing.erase_contacts",
        "schedule": crontab(hour=3, minute=20),
    },
    "clear old outbox rows": {"task": "portal.clear_outbox", "schedule": 3600.0},
    "change departments on their day": {"task": "portal.change_departments", "schedule": 300.0},
    "tell of leave and vacant posts": {"task": "portal.follow_leave", "schedule": 600.0},
    "give open steps to who is there": {"task": "sharing.follow_holders", "schedule": 600.0},
    "follow posts that begin or end": {"task": "portal.follow_posts", "schedule": 600.0},
}
