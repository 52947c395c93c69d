#!/bin/sh
# Guess, written before looking: the jar tools of JDK 17 and of JDK 25, given the same class files and the same --date,
# write module-info.class with the same bytes, since neither compiles anything.
# Seen (OpenJDK 17.0.15 of Debian 12, Temurin 25.0.3): both write the class file again to add the list of packages, and put
# its constants in different orders. Other class files are copied as they are. A modular jar therefore depends on the JDK
# that packs it, and in Maven that is Maven's own, not the toolchain's.
# Needs both JDKs: JDK17 and JDK25 name their homes.
set -eu
jdk17=${JDK17:-$(ls -d /usr/lib/jvm/*17*/bin/jar | head -n 1 | sed 's,/bin/jar,,')}
jdk25=${JDK25:-$(ls -d /usr/lib/jvm/*25*/bin/jar | head -n 1 | sed 's,/bin/jar,,')}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd "$work"

mkdir -p src/one src/two
echo 'module m { exports one; }' >src/module-info.java
echo 'package one; public class One {}' >src/one/One.java
echo 'package two; class Two {}' >src/two/Two.java
"$jdk25/bin/javac" --release 17 -d classes src/module-info.java src/one/One.java src/two/Two.java

for jdk in "$jdk17" "$jdk25"; do
  grep JAVA_VERSION= "$jdk/release"
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk/release")
  "$jdk/bin/jar" --create --file "$version.jar" --date=2026-01-01T00:00:00Z -C classes .
  mkdir "$version"
  (cd "$version" && "$jdk25/bin/jar" --extract --file "../$version.jar")
  sha256sum "$version/module-info.class" "$version/one/One.class"
done

cmp 17/one/One.class 25/one/One.class
if cmp -s 17/module-info.class 25/module-info.class; then
  echo "the descriptors are equal: the guess holds now"
  exit 1
fi
echo "the descriptors differ"
