// What each watcher asks for: one path for all, and headers of its own.
#ifndef ASKING_H
#define ASKING_H
#include "stream.h"
#include "wire.h"

static char **headers, *path;
static int header_lines;

static void read_headers(const char *file) {
    size_t size;
    char *text = read_file(file, &size);
    headers = malloc((size + 1) * sizeof *headers);
    for (char *line = strtok(text, "\n"); line; line = strtok(0, "\n")) headers[header_lines++] = line;
}

// The request of the nth watcher, into `request`; its cursor becomes the watcher's position.
static int write_request(struct watcher *w, int nth, char *request, size_t room) {
    char extra[2048] = "", address[1024];
    if (header_lines) {
        size_t n = 0;
        for (const char *c = headers[nth % header_lines]; *c && n < sizeof extra - 5; c++) {
            if (*c == '\t') extra[n++] = '\r', extra[n++] = '\n';
            else extra[n++] = *c;
        }
        memcpy(extra + n, "\r\n", 3);
    }
    const char *cursor = strstr(extra, "Last-Event-ID: "), *number = strstr(path, "%d");
    if (cursor) w->position = position_in(cursor + 15, strcspn(cursor + 15, "\r"));
    if (number) snprintf(address, sizeof address, "%.*s%06d%s", (int)(number - path), path, nth, number + 2);
    static const char FORM[] = "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n";
    return snprintf(request, room, FORM, number ? address : path, extra);
}
#endif
