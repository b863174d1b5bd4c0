# syntax=docker/dockerfile:1
# The monitor as a service: `docker run -v ./config:/config -v monitor-data:/data media-monitor`.
# The base is pinned to a Debian whose libexpat is 2.7 or newer: older ones crash on hostile feeds.
FROM python:3.13.9-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY config ./config
COPY monitor ./monitor
RUN python -m venv /opt/monitor \
    && /opt/monitor/bin/pip install --no-cache-dir ".[postgresql]"

FROM python:3.13.9-slim-trixie
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin monitor \
    && install -d -o monitor -g monitor /data /config
COPY --from=build /opt/monitor /opt/monitor
COPY --chown=monitor:monitor config /config
ENV PATH=/opt/monitor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MONITOR_CONFIG=/config \
    MONITOR_DATABASE_URL=sqlite:////data/monitor.db
USER 10001
WORKDIR /data
VOLUME ["/data", "/config"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["monitor", "db", "status", "--running"]
ENTRYPOINT ["monitor"]
CMD ["run"]
