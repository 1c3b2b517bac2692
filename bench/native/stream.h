// One watcher's end of an event stream: cuts what the network brings into lines, and lines into frames.
#ifndef STREAM_H
#define STREAM_H
#include <stdint.h>
#include <string.h>

enum { CARRY = 63 };
enum state { HEAD = 1, BODY, GONE };

struct watcher {
    int fd;
    uint8_t state, is_ready, is_named, has_data, carried;
    int64_t position, id;       // where it stands; the id of the frame that is being read, or -1
    char carry[CARRY];          // the beginning of a line that the network cut
};

// What the program makes of it.
static void on_refusal(struct watcher *w, const char *line, size_t length);
static void on_head(struct watcher *w);
static void on_data(struct watcher *w, const char *line, size_t length);
static void on_id(struct watcher *w, const char *id, size_t length);
static void on_frame(struct watcher *w);

// The number after the last '-' of an id; of a guest's, whose hexadecimal digits it is not made for, any one that is not
// negative.
static inline int64_t position_in(const char *id, size_t length) {
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (id[i] == '-') number = 0;
        else if (id[i] >= '0' && id[i] <= '9') number = number * 10 + id[i] - '0';
    }
    return number & INT64_MAX;
}

static inline void read_line(struct watcher *w, const char *line, size_t length) {
    if (w->state == HEAD) {
        if (length >= 12 && !memcmp(line, "HTTP/1.", 7) && memcmp(line + 9, "200", 3)) on_refusal(w, line, length);
        else if (length == 1 && *line == '\r') {
            w->state = BODY;
            on_head(w);
        }
    } else if (length == 0) {
        on_frame(w);
        w->id = -1;
        w->is_named = w->has_data = 0;
    } else if (length > 4 && !memcmp(line, "id: ", 4)) {
        w->id = position_in(line + 4, length - 4);
        on_id(w, line + 4, length - 4);
    }
    else if (length > 6 && !memcmp(line, "event:", 6)) w->is_named = 1;
    else if (length > 4 && !memcmp(line, "data:", 5)) {
        w->has_data = 1;
        on_data(w, line, length);
    }
}

// Only the beginnings of lines matter, so no more than that is kept of a line that the network cut in two.
static inline void read_bytes(struct watcher *w, const char *at, const char *end) {
    while (at < end && w->state != GONE) {
        const char *newline = memchr(at, '\n', end - at);
        const char *stop = newline ? newline : end;
        if (w->carried || !newline) {
            size_t room = CARRY - w->carried, taken = (size_t)(stop - at) < room ? (size_t)(stop - at) : room;
            memcpy(w->carry + w->carried, at, taken);
            w->carried += taken;
            if (newline) {
                read_line(w, w->carry, w->carried);
                w->carried = 0;
            }
        } else read_line(w, at, stop - at);
        at = stop + 1;
    }
}
#endif
