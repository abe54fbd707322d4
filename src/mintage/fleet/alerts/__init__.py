"""Telling people what is wrong: rules as data, one alert for one cause, delivered once."""
