// What the bench writes to a load client's standard input, a line a command.
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void obey(char *line);

static void read_commands(void) {
    static char line[2048];
    static size_t length;
    ssize_t got = read(0, line + length, sizeof line - 1 - length);
    if (got <= 0) exit(0);
    length += got;
    for (char *end; (end = memchr(line, '\n', length));) {
        *end = 0;
        obey(line);
        length -= end + 1 - line;
        memmove(line, end + 1, length);
    }
}

#endif
