# Read by the launcher and by CI: sets jdk to the home of a JDK 25 or later, or to nothing.
# JAVA_HOME first, then the java of the PATH, then the newest under /usr/lib/jvm.

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

find_jdk() {
  jdk=
  on_path=$(readlink -f "$(command -v java)" 2>/dev/null) || on_path=
  for home in "${JAVA_HOME:-}" "${on_path%/bin/java}"; do
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
