// The memory that libjpeg writes a file to. Its owner frees it also after an error; jpeg_mem_dest() leaks it if an
// error occurs after it has grown.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <jpeglib.h>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

class JpegDestination {
public:
    JpegDestination() {
        manager_.base.init_destination = [](j_compress_ptr jpeg) { grow(jpeg); };
        manager_.base.empty_output_buffer = [](j_compress_ptr jpeg) { return grow(jpeg); };
        manager_.base.term_destination = [](j_compress_ptr) {};
    }
    ~JpegDestination() { std::free(manager_.data); }
    JpegDestination(const JpegDestination&) = delete;
    JpegDestination& operator=(const JpegDestination&) = delete;

    jpeg_destination_mgr* manager() { return &manager_.base; }

    // Takes the written bytes; nothing can be written afterwards.
    EncodedFile take() {
        const std::size_t size = manager_.capacity - manager_.base.free_in_buffer;
        return {std::unique_ptr<unsigned char, EncodedFile::Free>(std::exchange(manager_.data, nullptr)), size};
    }

private:
    static constexpr std::size_t kFirst = std::size_t{32} * 1024;

    struct Manager {
        jpeg_destination_mgr base{}; // the first member: libjpeg's pointer to it is one to this
        unsigned char* data = nullptr;
        std::size_t capacity = 0;
    };

    // Called when the memory is full.
    static ::boolean grow(j_compress_ptr jpeg) {
        Manager& manager = *reinterpret_cast<Manager*>(jpeg->dest);
        const std::size_t filled = manager.capacity;
        const std::size_t capacity = std::max(kFirst, 2 * filled);
        void* data = std::realloc(manager.data, capacity);
        if (data == nullptr) jpeg->err->error_exit(reinterpret_cast<j_common_ptr>(jpeg));
        manager.data = static_cast<unsigned char*>(data);
        manager.capacity = capacity;
        manager.base.next_output_byte = manager.data + filled;
        manager.base.free_in_buffer = capacity - filled;
        return TRUE;
    }

    Manager manager_;
};

} // namespace thumbnailer
