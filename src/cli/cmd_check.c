/* freigabe check: the review engine on the command line. */
#include "cli/cli.h"
int cmd_check(int argc, char **argv) { return cli_usage("check", "not there yet"); }
