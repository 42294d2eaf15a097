/* The stand-in for a provider: answers every GET with one file and every PUT with another, after a constant delay.
 *
 * upstream GET_FILE PUT_FILE        prints its port; GET /_counts and GET /_body show what arrived, GET /_delay?MS sets
 *                                   the delay.
 *
 * One thread, epoll, keep-alive, no pipelining. It must never be the bottleneck, so it parses only what it needs: the
 * method, the path of its own two questions, Content-Length.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FDS = 65536, BUFFER = 65536, QUEUE = 1 << 17 };

typedef struct { char *text; size_t size; } Text;
typedef struct { char *in; size_t size; unsigned life; } Client;
typedef struct { long long due; int fd; unsigned life; const Text *answer; } Waiting;

static Client clients[MOST_FDS];
static Waiting queue[QUEUE];
static unsigned head, tail;
static Text get_answer, put_answer;
static long long delay_ns, gets, puts_;
static char last_body[BUFFER];
static size_t last_size;
static int poller, timer;

static long long now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) { perror(what); exit(1); }

static Text answer_with(const char *body, size_t size) {
    Text made = {malloc(size + 256), 0};
    const char *head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n";
    made.size = sprintf(made.text, head, size);
    memcpy(made.text + made.size, body, size);
    made.size += size;
    return made;
}

static Text answer_from(const char *path) {
    static char body[BUFFER];
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    size_t size = fread(body, 1, sizeof body, file);
    fclose(file);
    return answer_with(body, size);
}

static void hang_up(int fd) {
    clients[fd].life++;
    clients[fd].size = 0;
    close(fd);
}

static void say(int fd, const Text *answer) {
    if (write(fd, answer->text, answer->size) != (ssize_t)answer->size) hang_up(fd);
}

static void arm(void) {
    long long due = head == tail ? 0 : queue[head % QUEUE].due;
    struct itimerspec when = {{0, 0}, {due / 1000000000LL, due % 1000000000LL}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void reply(int fd, const Text *answer) {
    if (!delay_ns) { say(fd, answer); return; }
    queue[tail++ % QUEUE] = (Waiting){now_ns() + delay_ns, fd, clients[fd].life, answer};
    if (tail - head == 1) arm();
}

static void release_due(void) {
    unsigned long long ticks;
    if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timer");
    for (long long now = now_ns(); head != tail && queue[head % QUEUE].due <= now; head++) {
        Waiting *item = &queue[head % QUEUE];
        if (clients[item->fd].life == item->life) say(item->fd, item->answer);
    }
    arm();
}

static void tell(int fd, const char *body, size_t size) {
    Text made = answer_with(body, size);
    say(fd, &made);
    free(made.text);
}

/* Answers the request at the start of the buffer, if it is whole; the number of its bytes. */
static size_t take(int fd, Client *client) {
    char *end = memmem(client->in, client->size, "\r\n\r\n", 4), counts[96];
    if (!end) return 0;
    *end = 0;
    char *length = strcasestr(client->in, "\r\ncontent-length:");
    size_t body = length ? strtoul(length + 17, NULL, 10) : 0, head_size = end - client->in + 4;
    if (client->size < head_size + body) { *end = '\r'; return 0; }
    if (!strncmp(client->in, "GET /_counts ", 13))
        tell(fd, counts, sprintf(counts, "{\"get\": %lld, \"put\": %lld}", gets, puts_));
    else if (!strncmp(client->in, "GET /_body ", 11))
        tell(fd, last_body, last_size);
    else if (!strncmp(client->in, "GET /_delay?", 12)) {
        delay_ns = strtoll(client->in + 12, NULL, 10) * 1000000LL;
        tell(fd, "{}", 2);
    } else if (!strncmp(client->in, "PUT ", 4)) {
        puts_++;
        memcpy(last_body, client->in + head_size, last_size = body);
        reply(fd, &put_answer);
    } else {
        gets++;
        reply(fd, &get_answer);
    }
    return head_size + body;
}

static void hear(int fd) {
    Client *client = &clients[fd];
    if (!client->in) client->in = malloc(BUFFER);
    ssize_t got = read(fd, client->in + client->size, BUFFER - 1 - client->size);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { hang_up(fd); return; }
    client->size += got;
    unsigned life = client->life;
    for (size_t used; client->size && (used = take(fd, client)) && client->life == life;)
        memmove(client->in, client->in + used, client->size -= used);
}

static void listen_for(int fd) {
    struct epoll_event event = {EPOLLIN, {.fd = fd}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll");
}

int main(int count, char **args) {
    if (count != 3) { fprintf(stderr, "upstream GET_FILE PUT_FILE\n"); return 2; }
    get_answer = answer_from(args[1]);
    put_answer = answer_from(args[2]);
    int one = 1, door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    struct sockaddr *where = (struct sockaddr *)&at;
    if (bind(door, where, size) || listen(door, 4096) || getsockname(door, where, &size)) die("listen");
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    listen_for(door);
    listen_for(timer);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    struct epoll_event events[512];
    for (;;) {
        int ready = epoll_wait(poller, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd, client;
            if (fd == timer) release_due();
            else if (fd != door) hear(fd);
            else while ((client = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                if (client >= MOST_FDS) { close(client); continue; }
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                listen_for(client);
            }
        }
    }
}
