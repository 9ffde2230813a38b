# syntax=docker/dockerfile:1
# The server of the GitHub App. docker build -t cfgbot . (docs/deploy.md)

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
# what is run holds no pip: it is filled from outside
RUN python -m venv --without-pip /opt/cfgbot
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY examples/fleet ./examples/fleet
COPY bot ./bot
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/cfgbot/bin/python install -c constraints.txt .

FROM python:3.11-slim
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cfgbot" \
      org.opencontainers.image.description="Change configuration with one sentence; merge it only when the change is proven." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
# mirrors are fetched by git over HTTPS; nothing else is needed, least of all what installs things
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes --quiet --root-user-action=ignore pip setuptools wheel \
    && groupadd --gid 10001 cfgbot \
    && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin cfgbot \
    && install --directory --owner=cfgbot --group=cfgbot --mode=0700 /data
COPY --from=build /opt/cfgbot /opt/cfgbot
ENV PATH=/opt/cfgbot/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    LITELLM_LOCAL_MODEL_COST_MAP=True \
    MALLOC_ARENA_MAX=2 \
    CFG_HOST=0.0.0.0 \
    CFG_PORT=8080 \
    CFG_DATA=/data
VOLUME ["/data"]
EXPOSE 8080
USER 10001:10001
WORKDIR /home/cfgbot
# no proxy of the environment may stand between: it asks itself
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['CFG_PORT'] + '/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["cfg", "serve"]
