#!/bin/bash
# Makes the repository of this lab, the notes of a café, and gets it into trouble.
# The same repository every time, for everybody: names and dates are made up.
#
#     bash data/start.sh            once, at the beginning
#     bash data/start.sh --again    throw everything away and begin again
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
cafe=$here/cafe origin=$here/origin.git

if [ -e "$cafe" ] && [ "${1:-}" != --again ]; then
    echo "The repository is there already: $cafe"
    echo "To throw your work away and begin again: bash ${0#"$PWD/"} --again"
    exit 0
fi
rm -rf "$origin" "$here/.robin"
# The folder itself stays: somebody may be standing in it.
mkdir -p "$cafe"
find "$cafe" -mindepth 1 -delete

# Nothing of the machine's own git settings takes part.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
moment=1772438400   # 2 March 2026, 8:00

by() {   # by NAME: who writes from now on
    export GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=${1,,}@cafe.example
    export GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=${1,,}@cafe.example
}
commit() {   # commit MESSAGE: everything that has changed, half a day later
    moment=$((moment + 43200))
    git add -A
    GIT_AUTHOR_DATE="$moment +0000" GIT_COMMITTER_DATE="$moment +0000" \
        git commit --quiet "${@:2}" -m "$1"
}
note() {   # note FILE LINE MESSAGE: one more line in a file, as a commit
    echo "$2" >>"$1"
    commit "$3"
}

git init --quiet --initial-branch main "$cafe"
cd "$cafe"
# The dates are made up, and lie far back: nothing may be tidied away for that.
git config gc.auto 0
git config gc.reflogExpire never
git config gc.reflogExpireUnreachable never
by Mina
cat >menu.txt <<'EOF'
THE HARBOUR CAFE

Soup of the day     4.50

To eat
  Cheese roll       3.40
  Apple cake        3.10

To drink
  Coffee            2.50
  Tea               2.20
EOF
commit "The first menu"
cat >hours.txt <<'EOF'
Monday     closed
Tuesday    9-17
Wednesday  9-17
Thursday   9-17
Friday     9-19
Saturday   9-19
Sunday     9-71
EOF
commit "Opening hours"
cat >prices.csv <<'EOF'
item,price
coffee,2.50
tea,2.20
cake,3.10
roll,3.40
soup,4.50
EOF
commit "A list of prices"
cat >total.sh <<'EOF'
#!/bin/bash
# Adds up a bill in cents: bash total.sh LIST ITEM...
list=$1
shift
sum=0
for item in "$@"; do
    price=$(grep "^$item," "$list" | cut -d, -f2)
    sum=$((sum + 10#${price/./}))
done
echo "$sum"
EOF
cat >test.sh <<'EOF'
#!/bin/bash
# Ends with code 0 if total.sh adds up rightly, else with code 1.
list=$(mktemp)
printf '%s\n' item,price coffee,2.00 cake,3.50 tea,1.50 >"$list"
sum=$(bash total.sh "$list" coffee cake tea)
rm -f "$list"
if [ "$sum" = 700 ]; then echo "right"; else echo "wrong: 700 expected, got $sum"; exit 1; fi
EOF
commit "Add up a bill"
git tag v1.0

note suppliers.txt "Flour: the mill on the hill" "Who brings the flour"
note suppliers.txt "Milk: Farm Vos" "Who brings the milk"
note todo.txt "Paint the door" "The door needs paint"
by Robin
note todo.txt "Mend the third chair" "The third chair wobbles"
sed -i 's/^sum=0$/sum=0   # in cents/' total.sh
commit "Say what the sum is counted in"
note suppliers.txt "Apples: the orchard" "Who brings the apples"
git branch wedding-start

by Mina
note todo.txt "Ask about the mooring" "Ask the harbour about the mooring"
note suppliers.txt "Coffee: two sacks a month" "How much coffee we need"
sed -i 's/^shift$/shift   # the rest are items/' total.sh
commit "Explain the shift"
by Robin
note todo.txt "Order napkins" "Napkins are running out"
# The one that breaks the sum: the first item is left out.
sed -i 's/for item in "\$@"; do/for item in "${@:2}"; do/' total.sh
commit "Shorter lines"
note suppliers.txt "Tea: the shop in Mill Street" "Who brings the tea"
note todo.txt "Sharpen the knives" "Knives"
by Mina
sed -i 's/^echo "\$sum"$/printf "%s\\n" "$sum"/' total.sh
commit "Print the sum with printf"
note suppliers.txt "Eggs: Farm Vos" "Who brings the eggs"
git branch autumn-menu
sed -i 's/^Soup of the day     4.50$/Tomato soup         4.80/' menu.txt
commit "Tomato soup all summer"
note todo.txt "Hang up the lamps" "Lamps for the terrace"
by Robin
note suppliers.txt "Ice: from June" "Ice in summer"
sed -i 's/^coffee,2.50$/coffee,25.0/; s/^tea,2.20$/tea,22.0/' prices.csv
commit "New prices"
by Mina
note todo.txt "Count the cups" "Count the cups"
note suppliers.txt "Lemons: the market" "Who brings the lemons"

git clone --quiet --bare "$cafe" "$origin"
git -C "$origin" config core.logAllRefUpdates true
git -C "$origin" branch -D --quiet autumn-menu wedding-start
git remote add origin ../origin.git
git fetch --quiet origin
git branch --quiet --set-upstream-to origin/main main

# A branch that changes the same line of the menu.
by Robin
git switch --quiet autumn-menu
sed -i 's/^Soup of the day     4.50$/Pumpkin soup        5.20/' menu.txt
commit "Pumpkin soup in autumn"
note recipes.txt "Pumpkin soup: ginger, no cream" "How the pumpkin soup goes"

# A branch that somebody deleted before it was merged.
by Mina
git switch --quiet --create wedding wedding-start
note wedding.txt "Guests: 40" "Wedding: the guests"
note wedding.txt "Cake: three floors, lemon" "Wedding: the cake"
note wedding.txt "Tables: five of eight" "Wedding: the tables"
git switch --quiet main
git branch -D --quiet wedding wedding-start

# A branch with a password in the middle of it. Nobody else has it yet.
git switch --quiet --create newsletter v1.0
note newsletter.txt "NEWS FROM THE HARBOUR" "Newsletter: the heading"
echo "password = lighthouse-7" >password.txt
note newsletter.txt "Write to news@cafe.example" "Newsletter: how to reach us"
note newsletter.txt "The recipe of the month: apple cake" "Newsletter: a recipe"
note newsletter.txt "See you at the harbour!" "Newsletter: goodbye"

# A branch whose history a colleague has rewritten on the server.
by Robin
git switch --quiet --create posters v1.0
note poster.txt "SUMER PARTY" "Poster: the first draft"
git push --quiet --set-upstream origin posters
git clone --quiet --branch posters "$origin" "$here/.robin"
by Mina
note address.txt "Harbour Street 1" "Poster: our address"
cd "$here/.robin"
by Robin
sed -i 's/SUMER/SUMMER/' poster.txt
commit "Poster: the first draft" --amend
note poster.txt "Saturday, 20 June" "Poster: the date"
git push --quiet --force origin posters
cd "$cafe"
rm -rf "$here/.robin"

# Work that nobody has committed yet.
git switch --quiet main
sed -i 's/^  Tea               2.20$/&\n  Iced tea          3.20\n  Lemonade          2.90/' menu.txt
echo "The café's repository is ready: $cafe"
