"""What calls hooks: functions, and HTTP."""
