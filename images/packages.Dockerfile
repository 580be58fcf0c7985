# Packages on top of an image: those that apt.txt and requirements.txt name, after
# repo2docker's conventions. What the seat's server needs keeps its version.
ARG SEAT
FROM ${SEAT}
USER root
RUN --mount=type=secret,id=apt \
    --mount=type=bind,target=/run/packages \
    [ ! -s /run/packages/apt.txt ] || apt-packages -r /run/packages/apt.txt
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf \
    --mount=type=secret,id=certificates,target=/run/secrets/certificates.pem \
    --mount=type=cache,id=airlift-pip,target=/var/cache/pip \
    --mount=type=tmpfs,target=/tmp \
    --mount=type=bind,target=/run/packages \
    set -eu; [ -s /run/packages/requirements.txt ] || exit 0; \
    export PIP_CONFIG_FILE=/run/secrets/pip.conf PIP_CACHE_DIR=/var/cache/pip; \
    python3 -m venv /tmp/venv; \
    pip="/tmp/venv/bin/pip --python /opt/airlift/bin/python"; \
    $pip freeze > /tmp/here.txt; \
    $pip install --disable-pip-version-check --no-compile --progress-bar off \
        --prefer-binary -c /tmp/here.txt -r /run/packages/requirements.txt; \
    find /opt/airlift/lib/python3*/site-packages -name '*.py' -cnewer /tmp/here.txt \
        -print0 | xargs -0 -r python -m compileall -q --invalidation-mode unchecked-hash
USER seat
