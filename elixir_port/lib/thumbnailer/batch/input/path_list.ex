defmodule Thumbnailer.Batch.Input.PathList do
  @moduledoc false
  # The paths of a list as a lazy stream: a list of a million takes no more memory than one of ten. Paths are bytes.
  # Between them are null bytes when the caller says so or when there is one in the first block, else newlines.

  alias Thumbnailer.Batch.Input.StandardInput
  alias Thumbnailer.Error

  # Bytes that are read at a time.
  @block 65_536

  # Of standard input, whose process takes time in the square of what it is asked for.
  @small_block 4_096

  @byte_order_mark "\uFEFF"

  @typedoc "A path, or why the rest of the list cannot be read."
  @type item :: binary | {:error, Path.t() | StandardInput.t(), Error.t()}

  @doc "The paths in the file `list`, or on standard input, which for `\"-\"` is that of the group leader; without empty ones."
  @spec stream(Path.t() | StandardInput.t(), boolean) :: Enumerable.t()
  def stream(list, null? \\ false) do
    Stream.resource(
      fn -> open(list, if(null?, do: <<0>>)) end,
      &next(&1, list),
      &close/1
    )
  end

  # Standard input is text for the runtime, decoded in the encoding of the device; in Latin-1 each byte is itself.
  defp open("-", separator) do
    encoding = :standard_io |> :io.getopts() |> Keyword.get(:encoding, :latin1)
    _ = :io.setopts(:standard_io, encoding: :latin1)
    {{:stdio, encoding}, "", separator}
  end

  defp open(%StandardInput{} = input, separator), do: {input, "", separator}

  defp open(list, separator) do
    case :file.open(list, [:read, :raw, :binary]) do
      {:ok, file} -> {file, "", separator}
      {:error, posix} -> {:error, posix}
    end
  end

  defp next({:error, posix}, list), do: {[unreadable(list, posix)], :end}
  defp next(:end, _list), do: {:halt, :end}

  defp next({file, rest, separator}, list) do
    case read(file) do
      {:ok, block, file} ->
        {block, separator} = if separator, do: {block, separator}, else: begin(block)
        {lines, [rest]} = (rest <> block) |> :binary.split(separator, [:global]) |> Enum.split(-1)
        # A copy, as a part of a block would keep the whole block alive.
        {paths(lines, separator), {file, :binary.copy(rest), separator}}

      :eof ->
        _ = close({file, "", nil})
        {paths([rest], separator || "\n"), :end}

      {:error, reason} ->
        _ = close({file, "", nil})
        {[unreadable(list, reason)], :end}
    end
  end

  defp read({:stdio, _encoding} = device) do
    with {:ok, block} <- :file.read(:standard_io, @small_block),
         do: {:ok, IO.iodata_to_binary(block), device}
  end

  defp read(%StandardInput{} = input), do: StandardInput.read(input, @block)
  defp read(file), do: with({:ok, block} <- :file.read(file, @block), do: {:ok, block, file})

  # What the first block says. A list that was written on Windows may begin with a byte order mark.
  defp begin(block) do
    if :binary.match(block, <<0>>) == :nomatch,
      do: {String.replace_prefix(block, @byte_order_mark, ""), "\n"},
      else: {block, <<0>>}
  end

  defp paths(lines, separator) do
    for line <- lines, path = trim(line, separator), path != "", do: :binary.copy(path)
  end

  defp trim(line, "\n"), do: String.replace_suffix(line, "\r", "")
  defp trim(line, _null), do: line

  defp unreadable(list, posix) do
    name =
      if is_binary(list) and list != "-",
        do: "the list #{list}",
        else: "the list on standard input"

    reason = if posix == :enoent, do: :not_found, else: :no_access
    {:error, list, Error.new(reason, "#{name} cannot be read: #{:file.format_error(posix)}")}
  end

  defp close({{:stdio, encoding}, _rest, _separator}),
    do: :io.setopts(:standard_io, encoding: encoding)

  defp close({%StandardInput{} = input, _rest, _separator}), do: StandardInput.close(input)
  defp close({file, _rest, _separator}), do: :file.close(file)
  defp close(_other), do: :ok
end
