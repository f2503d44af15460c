;; A step whose first parameter chooses what goes wrong, so that one translation serves many tests. Its second parameter
;; chooses what step_size says. 0 goes well: the source is copied.
(module
  (memory (export "memory") 4)
  (type $nothing (func))
  (type $number (func (param i32) (result i32)))
  (table $functions 8 funcref)
  (elem (table $functions) (i32.const 1) func $of_another_type)
  (global $top (mut i32) (i32.const 65536))
  (global $used (mut i32) (i32.const 0))
  (data (i32.const 8) "step/1 faults 1.0.0 Goes wrong\nway integer 0..99 0 How\nsize integer 0..99 0 What step_size says\n\00")
  (data (i32.const 1024) "it said no\00")
  (data (i32.const 1040) "not \ff UTF-8\00")
  (data (i32.const 1060) "\01")
  (data $passive "abcd")

  (func (export "step_describe") (result i32) (i32.const 8))

  ;; 28 bytes (7 x 1): none left. 44: outside. 52: not aligned. 60: in the last bytes of memory.
  (func $alloc (export "step_alloc") (param $size i32) (result i32) (local $at i32)
    (if (i32.eq (local.get $size) (i32.const 28)) (then (return (i32.const 0))))
    (if (i32.eq (local.get $size) (i32.const 44)) (then (return (i32.const 0xfffffff0))))
    (if (i32.eq (local.get $size) (i32.const 52)) (then (return (i32.const 2056))))
    (if (i32.eq (local.get $size) (i32.const 60)) (then (return (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 16)))))
    (local.set $at (global.get $top))
    (global.set $top (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -16)))
    (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
      (then
        (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get $size) (i32.const 65536)))))
          (then (return (i32.const 0))))))
    (local.get $at))

  (func (export "step_size") (param $width i32) (param $height i32) (param $parameters i32) (result i64) (local $way i32)
    (local.set $way (i32.trunc_f64_u (f64.load offset=8 (local.get $parameters))))
    (if (i32.eq (local.get $way) (i32.const 1)) (then (return (i64.const 0))))
    (if (i32.eq (local.get $way) (i32.const 2)) (then (return (i64.const 0x0000400000000001)))) ;; 16384 x 1
    (if (i32.eq (local.get $way) (i32.const 3)) (then (return (i64.const 0x00003fff00003fff)))) ;; 16383 x 16383
    (if (i32.eq (local.get $way) (i32.const 4)) (then (return (i64.const 0x0000001000000008)))) ;; 16 x 8
    (if (i32.eq (local.get $way) (i32.const 5)) (then (return (i64.const -1))))
    (if (i32.eq (local.get $way) (i32.const 6)) (then (unreachable)))
    (i64.or (i64.shl (i64.extend_i32_u (local.get $width)) (i64.const 32)) (i64.extend_i32_u (local.get $height))))

  (func $of_another_type)
  ;; What comes back is an address, or a compiler would make a loop of it.
  (func $endless_calls (param $depth i32) (result i32)
    (i32.load8_u (call $endless_calls (i32.add (local.get $depth) (i32.load8_u (i32.const 0))))))
  (func $ping (param i32) (result i32) (i32.load8_u (call $pong (local.get 0))))
  (func $pong (param i32) (result i32) (i32.load8_u offset=2 (call $ping (local.get 0))))

  (func $go_wrong (param $way i32) (param $result i32) (result i32) (local $end i32) (local $zero i32)
    (local.set $end (i32.mul (memory.size) (i32.const 65536)))
    (local.set $zero (i32.load (i32.const 2048)))
    (block $fine
     (block $20 (block $19 (block $18 (block $17 (block $16 (block $15 (block $14 (block $13 (block $12 (block $11
     (block $10 (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1
       (br_table $fine $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 $13 $14 $15 $16 $17 $18 $19 $20 $fine (local.get $way)))
     (return (i32.const 1024)))                                                                     ;; 1 says no
     (unreachable))                                                                                 ;; 2 abort
     (return (i32.load8_u (i32.const 0xfffffff0))))                                                 ;; 3 reads far away
     (return (i32.load8_u (local.get $end))))                                                       ;; 4 reads one byte too far
     (drop (i32.load8_u (i32.sub (local.get $end) (i32.const 1)))) (br $fine))                      ;; 5 reads the last byte
     (i64.store offset=0xffffffff (i32.const 0xffffffff) (i64.const 1)) (br $fine))                 ;; 6 the highest address
     (memory.fill (i32.sub (local.get $end) (i32.const 4)) (i32.const 1) (i32.const 5)) (br $fine)) ;; 7
     (memory.copy (i32.const 0) (i32.sub (local.get $end) (i32.const 4)) (i32.const 5)) (br $fine)) ;; 8
     (memory.init $passive (i32.const 0) (i32.const 2) (i32.const 3)) (br $fine))                   ;; 9
     (return (i32.div_s (i32.const 5) (local.get $zero))))                                          ;; 10
     (return (i32.div_s (i32.const 0x80000000) (i32.sub (local.get $zero) (i32.const 1)))))         ;; 11
     (return (i32.rem_u (i32.const 5) (local.get $zero))))                                          ;; 12
     (return (i32.trunc_f64_s (f64.div (f64.convert_i32_u (local.get $zero)) (f64.const 0)))))      ;; 13 not a number
     (return (i32.trunc_f64_s (f64.const 1e10))))                                                   ;; 14 too large
     (loop $more (br_if $more (i32.ne (i32.const -1) (memory.grow (i32.const 16))))) (unreachable)) ;; 15 all memory
     (return (call $endless_calls (i32.const 1))))                                                  ;; 16
     (return (call $ping (i32.const 1))))                                                           ;; 17
     (return (call_indirect $functions (type $number) (i32.const 1) (i32.const 0))))                ;; 18 calls nothing
     (return (call_indirect $functions (type $number) (i32.const 1) (i32.const 99))))               ;; 19 outside of the table
     (return (call_indirect $functions (type $number) (i32.const 1) (i32.const 1))))                ;; 20 another type
    (i32.const 0))

  ;; 30: a text outside of memory. 31: not UTF-8. 32: whether anything is left of an earlier call.
  (func $say (param $way i32) (result i32) (local $at i32)
    (if (i32.eq (local.get $way) (i32.const 30)) (then (return (i32.const 0xffffff00))))
    (if (i32.eq (local.get $way) (i32.const 31)) (then (return (i32.const 1040))))
    (if (i32.ne (local.get $way) (i32.const 32)) (then (return (i32.const 0))))
    (if (i32.ne (global.get $used) (i32.const 0)) (then (return (i32.const 1024))))
    (if (i32.ne (i32.load8_u (i32.const 1060)) (i32.const 1)) (then (return (i32.const 1024))))
    (if (i32.ne (memory.size) (i32.const 4)) (then (return (i32.const 1024))))
    (local.set $at (i32.const 131072))
    (loop $each
      (if (i32.ne (i32.load (local.get $at)) (i32.const 0)) (then (return (i32.const 1024))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $each (i32.lt_u (local.get $at) (i32.const 262144))))
    (global.set $used (i32.const 1))
    (i32.store8 (i32.const 1060) (i32.const 2))
    (memory.fill (i32.const 131072) (i32.const 0xaa) (i32.const 131072))
    (i32.const 0))

  (func (export "step_run") (param $source i32) (param $result i32) (param $width i32) (param $height i32)
      (param $parameters i32) (result i32) (local $way i32) (local $text i32)
    (local.set $way (i32.trunc_f64_u (f64.load (local.get $parameters))))
    (local.set $text (call $go_wrong (local.get $way) (local.get $result)))
    (if (local.get $text) (then (return (local.get $text))))
    (local.set $text (call $say (local.get $way)))
    (if (local.get $text) (then (return (local.get $text))))
    (memory.copy (local.get $result) (local.get $source)
      (i32.mul (i32.const 4) (i32.mul (local.get $width) (local.get $height))))
    (i32.const 0)))
