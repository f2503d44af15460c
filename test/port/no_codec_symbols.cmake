# cmake -D NM=... -D ARCHIVE=... -P: fails when an object of the archive refers to a symbol of an image codec.
execute_process(COMMAND ${NM} --undefined-only --demangle ${ARCHIVE} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "U (vips|g_object_|jpeg_|jinit_|zimg_|WebP|de265_|dav1d_)[^\n]*" found "${symbols}")
if(found)
    list(REMOVE_DUPLICATES found)
    list(JOIN found "\n  " found)
    message(FATAL_ERROR "${ARCHIVE} refers to\n  ${found}")
endif()
