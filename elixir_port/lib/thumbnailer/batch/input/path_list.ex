defmodule Thumbnailer.Batch.Input.PathList do
  @moduledoc false
  # The paths of a list, one in each line, as a lazy stream: a list of a million takes no more memory than one of ten.
  # Lines are bytes, as names of files are; a list that `find -print0` wrote is known by its null bytes.

  alias Thumbnailer.Error

  # Bytes that are read at a time.
  @block 65_536

  @doc "The lines of the file `list`, or of standard input for `\"-\"`, without empty ones."
  @spec stream(Path.t()) :: Enumerable.t()
  def stream(list), do: Stream.resource(fn -> open(list) end, &next(&1, list), &close/1)

  defp open("-"), do: {:stdio, "", nil}

  defp open(list) do
    case File.open(list, [:read, :raw, :binary]) do
      {:ok, file} -> {file, "", nil}
      {:error, posix} -> {:error, posix}
    end
  end

  defp next({:error, posix}, list) do
    reason = if posix == :enoent, do: :not_found, else: :no_access
    message = "the list #{list} cannot be read: #{:file.format_error(posix)}"
    {[{:error, list, Error.new(reason, message)}], :end}
  end

  defp next(:end, _list), do: {:halt, :end}

  defp next({file, rest, separator}, _list) do
    case read(file) do
      block when is_binary(block) ->
        separator = separator || separator(block)
        {lines, [rest]} = (rest <> block) |> :binary.split(separator, [:global]) |> Enum.split(-1)
        # A copy, as a part of a block would keep the whole block alive.
        {paths(lines, separator), {file, :binary.copy(rest), separator}}

      _end ->
        _ = close({file, "", nil})
        {paths([rest], separator || "\n"), :end}
    end
  end

  defp read(:stdio), do: IO.binread(:stdio, :line)

  defp read(file) do
    with {:ok, block} <- :file.read(file, @block), do: block
  end

  defp separator(block), do: if(:binary.match(block, <<0>>) == :nomatch, do: "\n", else: <<0>>)

  defp paths(lines, separator) do
    for line <- lines, path = trim(line, separator), path != "", do: :binary.copy(path)
  end

  # A list that was written on Windows.
  defp trim(line, "\n"), do: String.trim_trailing(line, "\r")
  defp trim(line, _null), do: line

  defp close({file, _rest, _separator}) when file != :stdio, do: File.close(file)
  defp close(_other), do: :ok
end
