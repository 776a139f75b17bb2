"""Plugs: other ways to ask the service and to hear of it, each off until a setting switches it on.

Requests go through the inspector, decisions and alarms come from the journal: no plug has a mechanism of its own for
either. What a plug needs beyond the service's own libraries is an extra, imported when the plug is switched on.
"""
