# Find a Python and hand over to it.  PYTHON names another one than python3.
python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null 2>&1; then
    echo "setup/$1: there is no $python here. Install Python 3.10 to 3.13" \
        "(Debian: apt-get install python3), or name one: PYTHON=/path/to/python3 setup/$1" >&2
    exit 1
fi
exec "$python" -B "$(dirname "$0")" "$@"
