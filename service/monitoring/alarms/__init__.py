"""Alarms of wells: their states after ISA-18.2 / IEC 62682, what raises them, and how many there are."""
