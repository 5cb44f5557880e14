"""Static pages of the public editions (公示网页), for preview, an intranet, or any web server. Pure."""
