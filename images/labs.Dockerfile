# The last and thin layer of every image: checkers, released labs, declared services.
ARG SEAT
FROM ${SEAT}
USER root
COPY checkers /opt/airlift/own/checkers
COPY labs /opt/airlift/labs
COPY declared /opt/airlift/
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/airlift/own \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
USER seat
