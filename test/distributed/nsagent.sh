#!/bin/sh
# What mpirun calls in the place of ssh: HOST COMMAND… runs in the network namespace HOST, under that host name.
while [ "${1#-}" != "$1" ]; do shift; done
host=$1
shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
