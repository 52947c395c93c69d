# Read by the scripts that need a JDK 25 or later: require_jdk sets jdk to the home of one. JAVA_HOME comes first, then
# the java of the PATH, then what the script itself names, then the newest under /usr/lib/jvm.

# The feature version of the JDK at $1, as its file `release` has it (JAVA_VERSION="25.0.1" is 25); 0 if there is no JDK.
jdk_feature() {
  feature=0
  if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
    while IFS='=' read -r key value; do
      if [ "$key" = JAVA_VERSION ]; then
        value=${value#\"}
        feature=${value%%[!0-9]*}
      fi
    done <"$1/release"
  fi
}

# Sets jdk, to nothing if there is no such JDK. $1 is one more place to look in, and may be empty.
find_jdk() {
  jdk=
  on_path=$(readlink -f "$(command -v java)" 2>/dev/null) || on_path=
  for home in "${JAVA_HOME:-}" "${on_path%/bin/java}" "${1:-}"; do
    jdk_feature "$home"
    if [ "${feature:-0}" -ge 25 ]; then
      jdk=$home
      return
    fi
  done
  newest=24
  for home in /usr/lib/jvm/*; do
    jdk_feature "$home"
    if [ "${feature:-0}" -gt "$newest" ]; then
      jdk=$home
      newest=$feature
    fi
  done
}

# Sets jdk, or ends the script, whose name is $1, with a sentence. $2 is one more place to look in.
require_jdk() {
  find_jdk "${2:-}"
  [ -z "$jdk" ] || return 0
  echo "$1: needs a JDK 25 or later: none at JAVA_HOME, none as java on the PATH, none under /usr/lib/jvm" >&2
  if [ -n "${SUDO_USER:-}" ] && [ -z "${JAVA_HOME:-}" ]; then
    echo "$1: sudo drops JAVA_HOME unless it is called as: sudo --preserve-env=JAVA_HOME ..." >&2
  fi
  exit 1
}
