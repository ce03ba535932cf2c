/* An implementation of GELU in C, tested with the golden fixtures: every case `gelu.*` of
   activations.safetensors, forward and backward, in single precision. Needs nothing but libm. */

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is tested: y = x Phi(x) and its derivative, Figure 5 ---- */

static float normal_density(float x) { return 0.39894228f * expf(-0.5f * x * x); }

static float normal_distribution(float x) { return 0.5f * (1.0f + erff(0.70710678f * x)); }

#ifdef TANH_FORM /* a mistake, which the cases must find */
static float gelu(float x) {
    return 0.5f * x * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
}
#else
static float gelu(float x) { return x * normal_distribution(x); }
#endif

static float gelu_derivative(float x) { return normal_distribution(x) + x * normal_density(x); }

/* ---- the bound: k u gauge, with k of activations.json and u of single precision ---- */

static const double K = 16.0, UNIT = 0x1p-24;

/* The error in units of the bound; above 1, or not a number, it is too large. */
static double error_in_bounds(double y, double expected, double gauge) {
    double error = fabs(y - expected), bound = K * UNIT * gauge + (gauge > 0 ? FLT_MIN : 0);
    return error == 0 ? 0 : error / bound;
}

/* ---- the file: a length of eight bytes, a header of JSON, the tensors ---- */

struct file {
    const char *header; /* ends with a zero */
    const unsigned char *data;
    size_t length; /* of the data */
};

struct tensor {
    const unsigned char *bytes;
    size_t count; /* of its values */
};

static _Noreturn void fail(const char *name, const char *what) {
    fprintf(stderr, "error: %s %s\n", name, what);
    exit(EXIT_FAILURE);
}

static uint64_t little_endian(const unsigned char *bytes) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

static struct file read_file(const char *path) {
    static unsigned char bytes[1 << 20]; /* the file has about 20 KB */
    static char header[sizeof bytes];
    FILE *stream = fopen(path, "rb");
    if (!stream) fail(path, "cannot be opened");
    size_t length = fread(bytes, 1, sizeof bytes, stream);
    if (ferror(stream) || !feof(stream)) fail(path, "cannot be read, or is too long");
    fclose(stream);
    if (length < 8 || little_endian(bytes) > length - 8) fail(path, "is no safetensors file");
    size_t end = 8 + (size_t)little_endian(bytes);
    memcpy(header, bytes + 8, end - 8);
    return (struct file){header, bytes + end, length - end};
}

/* Whether `expected` is at `*text`, which then moves behind it. */
static int follows(const char **text, const char *expected) {
    size_t length = strlen(expected);
    if (strncmp(*text, expected, length) != 0) return 0;
    *text += length;
    return 1;
}

static int number(const char **text, size_t *value) {
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > 9) return 0;
    *value = strtoul(*text, NULL, 10);
    *text += digits;
    return 1;
}

/* A tensor of a case: `"name":{"dtype":"F64","shape":[2,3],"data_offsets":[0,48]}`, which is how
   safetensors writes it, without spaces. */
static struct tensor find(const struct file *file, const char *id, const char *part) {
    char name[128], key[192];
    snprintf(name, sizeof name, "%s/%s", id, part);
    snprintf(key, sizeof key, "\"%s\":{\"dtype\":\"F64\",\"shape\":[", name);
    const char *text = strstr(file->header, key);
    if (!text) fail(name, "is missing, or is not F64");
    text += strlen(key);
    size_t count = 1, length, start, end;
    while (number(&text, &length)) {
        if (length > 0 && count > file->length / length) fail(name, "is larger than the file");
        count *= length;
        follows(&text, ",");
    }
    if (!follows(&text, "],\"data_offsets\":[") || !number(&text, &start) || !follows(&text, ",") ||
        !number(&text, &end) || !follows(&text, "]"))
        fail(name, "has no shape or no offsets");
    if (start > end || end > file->length || end - start != 8 * count)
        fail(name, "has offsets that do not fit");
    return (struct tensor){file->data + start, count};
}

static double value(struct tensor tensor, size_t i) {
    uint64_t bits = little_endian(tensor.bytes + 8 * i);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- the cases ---- */

static int check(const struct file *file, const char *id) {
    struct tensor x = find(file, id, "in/x"), cotangent = find(file, id, "cotangent/y");
    const struct tensor expected[2] = {find(file, id, "out/y"), find(file, id, "grad/x")};
    const struct tensor gauge[2] = {find(file, id, "gauge/out/y"), find(file, id, "gauge/grad/x")};
    double worst[2] = {0, 0};
    for (int part = 0; part < 2; part++) {
        int whole = gauge[part].count == 1; /* one gauge for the whole tensor */
        if (expected[part].count != x.count || cotangent.count != x.count ||
            (!whole && gauge[part].count != x.count))
            fail(id, "has tensors of different shapes");
        for (size_t i = 0; i < x.count; i++) {
            float at = (float)value(x, i), pulled = (float)value(cotangent, i);
            float y = part == 0 ? gelu(at) : pulled * gelu_derivative(at);
            double g = value(gauge[part], whole ? 0 : i);
            double error = error_in_bounds(y, value(expected[part], i), g);
            if (!(error <= worst[part])) worst[part] = error; /* also if it is not a number */
            if (isnan(error)) break;
        }
    }
    int passed = worst[0] <= 1 && worst[1] <= 1;
    printf("%-12s %5zu values   forward %8.3g   backward %8.3g   of the bound   %s\n", id, x.count,
           worst[0], worst[1], passed ? "ok" : "FAILED");
    return passed;
}

int main(int count, char **arguments) {
    const char *path = count > 1 ? arguments[1] : "fixtures/v1/activations.safetensors";
    struct file file = read_file(path);
    int cases = 0, passed = 0;
    for (const char *at = file.header; (at = strstr(at, "\"gelu.")) != NULL; at++) {
        char id[65] = "";
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789_.");
        if (length >= sizeof id || strncmp(at + 1 + length, "/in/x\"", 6) != 0) continue;
        memcpy(id, at + 1, length);
        cases++;
        passed += check(&file, id);
    }
    printf("%d of %d cases passed\n", passed, cases);
    return cases > 0 && passed == cases ? EXIT_SUCCESS : EXIT_FAILURE;
}
