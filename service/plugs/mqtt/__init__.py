"""MQTT: each decision and each change of an alarm as a message to a broker, with the journal as the only queue."""
