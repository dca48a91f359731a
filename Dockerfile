# The clinic service: receiver, InfluxDB followers, web page. Runs as a normal user.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# A compiler for ARM, where vqf has no wheel; this stage is not shipped.
RUN apt-get update && apt-get install -y --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/ripresa
WORKDIR /build
COPY requirements/clinic.txt requirements/clinic.txt
RUN /opt/ripresa/bin/pip install --require-hashes -r requirements/clinic.txt
COPY pyproject.toml README.md LICENSE ./
COPY analytics analytics
COPY dashboards dashboards
COPY edge edge
COPY games games
COPY ingest ingest
COPY research research
COPY ripresa ripresa
COPY telemetry telemetry
COPY therapy therapy
RUN /opt/ripresa/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
COPY --from=build /opt/ripresa /opt/ripresa
RUN useradd --uid 10001 --no-create-home ripresa && install -d -o ripresa /var/lib/ripresa
ENV PATH=/opt/ripresa/bin:$PATH PYTHONUNBUFFERED=1 RIPRESA_HOME=/var/lib/ripresa
USER ripresa
VOLUME /var/lib/ripresa
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["ripresa", "clinic", "status"]
CMD ["ripresa", "clinic", "run"]
