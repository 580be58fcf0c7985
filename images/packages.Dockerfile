# Packages on top of an image: those that apt.txt and requirements.txt name, after
# repo2docker's conventions. What the seat's server needs keeps its version.
ARG SEAT
FROM ${SEAT}
USER root
COPY apt.txt requirements.txt /tmp/packages/
RUN --mount=type=secret,id=apt \
    [ ! -s /tmp/packages/apt.txt ] || apt-packages -r /tmp/packages/apt.txt
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    --mount=type=secret,id=certificates,target=/run/secrets/certificates.pem \
    --mount=type=cache,id=airlift-pip,target=/var/cache/pip \
    --mount=type=tmpfs,target=/tmp/pip \
    set -eu; [ -s /tmp/packages/requirements.txt ] || exit 0; \
    export PIP_CONFIG_FILE=/run/secrets/pip.conf PIP_CACHE_DIR=/var/cache/pip; \
    python3 -m venv /tmp/pip/venv; \
    pip="/tmp/pip/venv/bin/pip --python /opt/airlift/bin/python"; \
    $pip freeze > /tmp/pip/here.txt; \
    $pip install --disable-pip-version-check --no-compile --progress-bar off \
        --prefer-binary -c /tmp/pip/here.txt -r /tmp/packages/requirements.txt; \
    python -m compileall -q --invalidation-mode unchecked-hash \
        /opt/airlift/lib/python3*/site-packages
USER seat
