# Sourced by bin/sam and by the launcher at the repository root: sets java_home to a Java 25, or to nothing.
# Reads each candidate's release file, because starting a JVM to ask for its version takes longer than sam itself.

is_java_25() {
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            'JAVA_VERSION="25"'* | 'JAVA_VERSION="25.'*) return 0 ;;
        esac
    done <"$1/release"
    return 1
}

# the home of the java on the PATH, behind its symbolic links
java_home_on_path() {
    found=$(command -v java) || return 0
    while [ -L "$found" ]; do
        next=$(readlink "$found")
        case $next in
            /*) found=$next ;;
            *) found=$(dirname "$found")/$next ;;
        esac
    done
    dirname "$(dirname "$found")"
}

find_java() {
    java_home=
    if [ -n "${SAM_JAVA_HOME:-}" ]; then
        ! is_java_25 "$SAM_JAVA_HOME" || java_home=$SAM_JAVA_HOME
        return
    fi
    # a release brings its own
    if [ -n "${home:-}" ] && is_java_25 "$home/runtime"; then
        java_home=$home/runtime
        return
    fi
    for candidate in "${JAVA_HOME:-}" "$(java_home_on_path)" /usr/lib/jvm/*25* \
        "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
        if [ -n "$candidate" ] && is_java_25 "$candidate"; then
            java_home=$candidate
            return
        fi
    done
    if [ -x /usr/libexec/java_home ]; then
        candidate=$(/usr/libexec/java_home -v 25 2>/dev/null) || return 0
        ! is_java_25 "$candidate" || java_home=$candidate
    fi
}

require_java() {
    find_java
    [ -z "$java_home" ] || return 0
    if [ -n "${SAM_JAVA_HOME:-}" ]; then
        echo "sam: SAM_JAVA_HOME=$SAM_JAVA_HOME is not a Java 25: point it to one, or unset it" >&2
    else
        echo "sam: Java 25 is not found: install Temurin 25 (https://adoptium.net), or set SAM_JAVA_HOME to a JDK 25" >&2
    fi
    exit 4
}
