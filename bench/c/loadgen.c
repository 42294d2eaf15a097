/* Sends one HTTP request over and over, checks every answer, and measures.
 *
 * loadgen PORT REQUEST_FILE EXPECTED_FILE CONNECTIONS WARM_S SECONDS RATE TENANTS PID CORE
 *
 * RATE 0 is the closed loop: every connection sends its next request when it has its answer. Any other RATE is the open
 * loop: requests fall due at random (Poisson) and their time counts from when they were due, sent or not, so a
 * server that stalls cannot hide it. The five digits after "bench-" in the request walk through TENANTS connections.
 * CPU time of process PID and busy time of core CORE are taken at the very start and end of the measured time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 262144, MOST = 4 << 20, LATE = 1 << 20 };

typedef struct { int fd; size_t size; double started; char in[BUFFER]; } Line;

static Line *lines;
static int *idle, idle_count, lines_count, poller, timer, tenants, busy;
static char *request, *digits, *expected;
static size_t request_size, expected_size;
static double rate, next_due, begin, end;
static double due[LATE];
static unsigned due_head, due_tail;
static float *times;
static long measured, wrong, sent;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what) { perror(what); exit(1); }

static char *file_of(const char *path, size_t *size) {
    char *text = calloc(1, BUFFER);
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    *size = fread(text, 1, BUFFER - 1, file);
    fclose(file);
    return text;
}

static double cpu_of(int pid) { /* user and system time of all threads, those that ended too */
    char path[64], text[1024] = {0};
    unsigned long user = 0, system = 0;
    sprintf(path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    if (!fread(text, 1, sizeof text - 1, file)) die(path);
    fclose(file);
    sscanf(strrchr(text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

static double busy_of(int core) { /* what processes and the hypervisor took of it */
    char name[16], line[256];
    unsigned long user = 0, nice = 0, system = 0, steal = 0;
    sprintf(name, "cpu%d ", core);
    FILE *file = fopen("/proc/stat", "r");
    if (!file) die("/proc/stat");
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)))
            sscanf(line, "%*s %lu %lu %lu %*u %*u %*u %*u %lu", &user, &nice, &system, &steal);
    fclose(file);
    return (double)(user + nice + system + steal) / sysconf(_SC_CLK_TCK);
}

static void ask(int number, double started) {
    Line *line = &lines[number];
    if (digits) {
        char five[24];
        sprintf(five, "%05ld", sent % tenants);
        memcpy(digits, five, 5);
    }
    line->started = started;
    sent++;
    busy++;
    if (write(line->fd, request, request_size) != (ssize_t)request_size) die("write");
}

static void next(int number) {
    if (rate > 0) {
        if (due_head != due_tail) ask(number, due[due_head++ % LATE]);
        else idle[idle_count++] = number;
    } else if (now_s() < end) ask(number, now_s());
}

static void fall_due(void) {
    unsigned long long ticks;
    if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timer");
    for (double now = now_s(); next_due <= now && next_due < end; next_due -= log(1 - drand48()) / rate) {
        if (idle_count) ask(idle[--idle_count], next_due);
        else due[due_tail++ % LATE] = next_due;
    }
    struct itimerspec when = {{0, 0}, {(time_t)next_due, (long)(fmod(next_due, 1) * 1e9)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void hear(int number) {
    Line *line = &lines[number];
    ssize_t got = read(line->fd, line->in + line->size, BUFFER - 1 - line->size);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { fprintf(stderr, "the server hung up\n"); exit(1); }
    line->size += got;
    line->in[line->size] = 0;
    char *blank = strstr(line->in, "\r\n\r\n"), *length;
    if (!blank || !(length = strcasestr(line->in, "\r\ncontent-length:")) || length > blank) return;
    size_t body = strtoul(length + 17, NULL, 10), head = blank - line->in + 4;
    if (line->size < head + body) return;
    double now = now_s();
    int right = !memcmp(line->in, "HTTP/1.1 200", 12) && body == expected_size && !memcmp(blank + 4, expected, body);
    if (!right && !wrong++) fprintf(stderr, "unexpected answer: %.2000s\n", line->in);
    int counts = rate > 0 ? line->started >= begin : now >= begin && now < end;
    if (counts && measured < MOST) times[measured++] = now - line->started;
    line->size = 0;
    busy--;
    next(number);
}

static int by_time(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double ms(double share) { return measured ? times[(long)(share * (measured - 1))] * 1e3 : 0; }

int main(int count, char **args) {
    if (count != 11) { fprintf(stderr, "see the top of loadgen.c\n"); return 2; }
    request = file_of(args[2], &request_size);
    expected = file_of(args[3], &expected_size);
    lines_count = atoi(args[4]);
    double warm = atof(args[5]), seconds = atof(args[6]);
    rate = atof(args[7]);
    tenants = atoi(args[8]);
    int pid = atoi(args[9]), core = atoi(args[10]), one = 1, begun = 0;
    if ((digits = strstr(request, "bench-"))) digits += 6;
    lines = calloc(lines_count, sizeof *lines);
    idle = calloc(lines_count, sizeof *idle);
    times = malloc(MOST * sizeof *times);
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    at.sin_port = htons(atoi(args[1]));
    for (int i = 0; i < lines_count; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&at, sizeof at)) die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {EPOLLIN, {.u32 = i}};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
        lines[i].fd = fd;
    }
    struct epoll_event tick = {EPOLLIN, {.u32 = lines_count}};
    epoll_ctl(poller, EPOLL_CTL_ADD, timer, &tick);
    next_due = now_s();
    begin = next_due + warm;
    end = begin + seconds;
    for (int i = 0; i < lines_count; i++) next(i);
    if (rate > 0) fall_due();
    double cpu = 0, busy_core = 0, now;
    struct epoll_event events[512];
    while ((now = now_s()) < end) {
        if (!begun && now >= begin) { begun = 1; cpu = -cpu_of(pid); busy_core = -busy_of(core); }
        int ready = epoll_wait(poller, events, 512, 20);
        for (int i = 0; i < ready; i++)
            if ((int)events[i].data.u32 == lines_count) fall_due();
            else hear(events[i].data.u32);
    }
    cpu += cpu_of(pid);
    busy_core += busy_of(core);
    double took = now - begin;
    for (double patience = now + 10; busy && now_s() < patience;) /* the last answers, checked but not measured */
        for (int i = 0, ready = epoll_wait(poller, events, 512, 100); i < ready; i++)
            if ((int)events[i].data.u32 != lines_count) hear(events[i].data.u32);
    qsort(times, measured, sizeof *times, by_time);
    printf("{\"requests\": %ld, \"sent\": %ld, \"wrong\": %ld, \"unanswered\": %d, \"seconds\": %.4f, \"cpu_s\": %.4f, "
           "\"core_busy_s\": %.4f, \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
           measured, sent, wrong, busy, took, cpu, busy_core, ms(.5), ms(.9), ms(.99), ms(1));
    return 0;
}
