# Sourced by the scripts that run a module: builds it, with those that it needs, if it is not built or is older than its
# sources. Called in the project's root: build MODULE
build() {
  local built=$1/target/built
  # What runs is made of the poms and of each module's src/main.
  if [[ ! -e $built ]] || [[ -n $(find pom.xml ./*/pom.xml ./*/src/main -newer "$built" -print -quit) ]]; then
    echo "Building Granary …" >&2
    # The stamp is as old as the start of the build: what is edited meanwhile is built the next time.
    mkdir -p "$1/target"
    touch "$built.new"
    # -am: with the modules that it needs. Old jars go, so that the class path has one of each.
    rm -rf "$1/target/lib"
    mvn -B -ntp -q -pl "$1" -am -Dmaven.test.skip=true -Dspotless.check.skip package >&2
    mv "$built.new" "$built"
  fi
}
