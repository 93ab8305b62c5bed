/* What SQLite's connections know besides: whether a text has the words of a search. */
#ifndef STORE_SEARCH_SQLITE_H
#define STORE_SEARCH_SQLITE_H

#include <sqlite3.h>

/* search_holds(terms, name, title, text): 1 if the index of words (STORE_SEARCH_TABLES) would find it by them, 0 if
 * not; `terms` as search_terms writes them (store/search_inner.h). An SQLite result code. */
int search_sqlite_open(sqlite3 *db);

#endif
