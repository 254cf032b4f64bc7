// The logits of a GGUF file by llama.cpp, for against_llama_cpp.py:
// llama_cpp_logits FILE OUT LENGTH FACTOR MODULUS POSITION...
// Keys and values in F32 and no flash attention, so that only the products differ from ours.

#include "llama.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char ** argv) {
    if (argc < 7) {
        fprintf(stderr, "usage: %s FILE OUT LENGTH FACTOR MODULUS POSITION...\n", argv[0]);
        return 2;
    }
    const int length = atoi(argv[3]), factor = atoi(argv[4]), modulus = atoi(argv[5]);
    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level >= GGML_LOG_LEVEL_ERROR) { fputs(text, stderr); }
    }, nullptr);
    llama_backend_init();
    llama_model_params loading = llama_model_default_params();
    loading.progress_callback = [](float, void *) { return true; };
    llama_model * model = llama_model_load_from_file(argv[1], loading);
    if (!model) { return 1; }
    llama_context_params params = llama_context_default_params();
    params.n_ctx = 4096;
    params.n_batch = 4096;
    params.n_ubatch = 512;
    params.n_threads = params.n_threads_batch = 1;
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) { return 1; }
    llama_batch batch = llama_batch_init(length, 0, 1);
    batch.n_tokens = length;
    for (int at = 0; at < length; at++) {
        batch.token[at] = at * factor % modulus;
        batch.pos[at] = at;
        batch.n_seq_id[at] = 1;
        batch.seq_id[at][0] = 0;
        batch.logits[at] = 0;
    }
    for (int at = 6; at < argc; at++) { batch.logits[atoi(argv[at])] = 1; }
    if (llama_decode(context, batch) != 0) { return 1; }
    const int vocab = llama_vocab_n_tokens(llama_model_get_vocab(model));
    FILE * out = fopen(argv[2], "wb");
    if (!out) { return 1; }
    for (int at = 6; at < argc; at++) {
        fwrite(llama_get_logits_ith(context, atoi(argv[at])), sizeof(float), vocab, out);
    }
    return fclose(out);
}
