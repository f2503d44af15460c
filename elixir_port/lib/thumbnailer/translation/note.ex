defmodule Thumbnailer.Translation.Note do
  @moduledoc false
  # What a translation says of itself: the architecture of its ELF header, and the note of port/step/runtime/entry.h. The
  # program checks the same when it maps a translation; this tells which file is worth giving to it.

  # STEP_NOTE_NAME and STEP_NOTE_TYPE behind the sizes of name and content.
  @heading <<12::little-32, 40::little-32, 1::little-32, "thumbnailer", 0>>
  # kStepAbi and STEP_RUNTIME_VERSION.
  @abi 1
  @runtime 1
  # e_machine: https://www.sco.com/developers/gabi/latest/ch4.eheader.html
  @machines %{62 => "x86_64", 183 => "aarch64"}

  @doc "The versions of contract and run time that a translation must have, as a part of a file name."
  @spec version() :: String.t()
  def version, do: "#{@abi}.#{@runtime}"

  @doc "The architectures that there are translations for, as the program names them."
  @spec architectures() :: [String.t()]
  def architectures, do: Map.values(@machines)

  @doc "Whether the bytes are a translation of the module with this hash, for this architecture and this program."
  @spec fits?(binary, String.t(), String.t()) :: boolean
  def fits?(bytes, hash, architecture) do
    with <<0x7F, "ELF", _::binary-size(14), machine::little-16, _::binary>> <- bytes,
         ^architecture <- @machines[machine],
         [_before, <<@abi::little-32, @runtime::little-32, module::binary-size(32), _::binary>>] <-
           :binary.split(bytes, @heading) do
      Base.encode16(module, case: :lower) == hash
    else
      _other -> false
    end
  end
end
