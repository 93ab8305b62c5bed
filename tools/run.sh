#!/bin/sh
# Serves the demo newspaper on the embedded database and says where.
set -eu
cd "$(dirname "$0")/.."
build=$1
db=$build/demo.db
listen=${FREIGABE_LISTEN:-127.0.0.1:8080}
address=http://$listen
login=redaktion
password=elverbote-demo

if [ ! -f "$db" ]; then
	echo "Making the demo newspaper in $db …"
	"$build/freigabe" demo --db "sqlite:$db.new" --address "$address" --login $login --password $password data/demo
	mv "$db.new" "$db"
	rm -f "$db.new-wal" "$db.new-shm"
else
	"$build/freigabe" site set elverbote --db "sqlite:$db" --address "$address"
fi
cat <<END

  Front page   $address/
  An article   $address/articles/elverbruecke
  The desk     $address/desk/        log-in: $login   password: $password

Stop with Ctrl-C. To begin anew, remove $db.
END
exec "$build/freigabe" serve --db "sqlite:$db" --listen "$listen"
