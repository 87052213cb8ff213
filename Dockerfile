# A node of Farthing: the program, the three libraries it needs, one volume for the home, and a user who owns nothing else.
#
#   docker build --tag farthing .
#
# BUILDER and BASE are the images of the two stages, both of one Debian release; name your own mirror's here.
ARG BUILDER=docker.io/library/swift:6.3-bookworm
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BUILDER} AS build
# Versions are those of the Debian release that the tag of BUILDER names.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libleveldb-dev libsodium-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies in a layer of their own: a change of our sources doesn't fetch them again. (The lock file may be missing.)
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
RUN swift build -c release --static-swift-stdlib --product farthing \
    && install -D .build/release/farthing /out/bin/farthing

FROM ${BASE} AS runtime
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libleveldb1d libsodium23 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/farthing
COPY --from=build /out/ /usr/local/
RUN ldconfig && farthing version

LABEL org.opencontainers.image.title="farthing" \
      org.opencontainers.image.description="A settlement node for micropayments" \
      org.opencontainers.image.licenses="Apache-2.0"

USER 10001:10001
WORKDIR /var/lib/farthing
VOLUME ["/var/lib/farthing"]
# Peers, clients.
EXPOSE 8644 8645
STOPSIGNAL SIGTERM
# The program asks itself, so the image needs no curl: 0 when the node answers, 69 when nothing does.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["farthing", "status", "--json"]

ENTRYPOINT ["farthing"]
CMD ["node", "start", "--home", "/var/lib/farthing"]
