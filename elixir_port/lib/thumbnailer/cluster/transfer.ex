defmodule Thumbnailer.Cluster.Transfer do
  @moduledoc false
  # Prepares a request for another node: the source as bytes, unless the nodes share their storage, and outputs without
  # files. This node writes the files, from the accepted reply only: a node that was given up may still be at work and
  # must not write.

  alias Thumbnailer.{Error, Formats, Request, Source}

  # The magic bytes of each format; for a path the suffix is used.
  @signatures [
    {:jpeg, <<0xFF, 0xD8, 0xFF>>},
    {:png, <<0x89, "PNG">>},
    {:gif, "GIF8"},
    {:webp, "RIFF"},
    {:tiff, <<"II*", 0>>},
    {:tiff, <<"MM", 0, "*">>}
  ]

  @doc "The format that a member must read, if it is known, the formats that it must write, and the steps that it must have."
  @spec needs(Request.t()) :: Thumbnailer.Cluster.Balancer.needs()
  def needs(%Request{source: source, spec: spec}) do
    outputs = Map.get(spec, :outputs, [])
    formats = for %{format: format} <- outputs, format != :auto, uniq: true, do: format

    steps = for %{step: steps} <- outputs, {_name, _values, hash} <- steps, uniq: true, do: hash

    {loader(source), Enum.sort(formats), Enum.sort(steps)}
  end

  defp loader({:path, path}), do: Formats.of_path(path)

  defp loader({:bytes, bytes}),
    do:
      Enum.find_value(@signatures, fn {format, start} ->
        if String.starts_with?(bytes, start), do: format
      end)

  defp loader(_other), do: nil

  @doc "The request to send; `limit` is the member's maximum size of a frame in bytes."
  @spec pack(Request.t(), pos_integer) :: {:ok, Request.t()} | {:error, Error.t()}
  def pack(%Request{} = request, limit) do
    with {:ok, source} <- source(request.source, request.shared_storage, limit),
         do: {:ok, %{request | source: source, spec: without_files(request.spec)}}
  end

  defp source({:path, path}, false, limit) do
    with {:ok, %{size: size}} <- Source.regular(path, File.stat(path)),
         do: if(size > limit, do: {:error, too_large(path, size, limit)}, else: read(path))
  end

  defp source(source, _shared, _limit), do: {:ok, source}

  defp read(path) do
    case File.read(path) do
      {:ok, ""} -> {:error, Error.new(:empty_source, "#{inspect(path)} is empty")}
      {:ok, bytes} -> {:ok, {:bytes, bytes}}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  defp too_large(path, size, limit) do
    message =
      "#{inspect(path)} has #{size} bytes, more than the #{limit} of a request (:max_request_bytes); share the storage"

    Error.new(:too_large, message, limit: limit)
  end

  defp without_files(%{outputs: outputs} = spec),
    do: %{spec | outputs: Enum.map(outputs, &Map.delete(&1, :to))}

  defp without_files(spec), do: spec

  @doc "The reply for the caller: writes outputs with a file to it."
  @spec unpack({:ok, map} | {:error, Error.t()}, Request.t()) :: {:ok, map} | {:error, Error.t()}
  def unpack({:ok, %{outputs: answers} = answer}, %Request{spec: %{outputs: outputs}})
      when length(answers) == length(outputs),
      do: {:ok, %{answer | outputs: Enum.zip_with(answers, outputs, &write/2)}}

  def unpack(outcome, _request), do: outcome

  defp write({:ok, %{data: data} = made}, %{to: path}) do
    case write_whole(path, data) do
      :ok -> {:ok, made |> Map.delete(:data) |> Map.put(:path, path)}
      {:error, posix} -> {:error, %{reason: :write_failed, message: unwritable(path, posix)}}
    end
  end

  defp write(answer, _output), do: answer

  defp unwritable(path, posix),
    do: "#{inspect(path)} cannot be written: #{:file.format_error(posix)}"

  # Writes the file atomically, like the program.
  defp write_whole(path, data) do
    part =
      "#{Path.dirname(path)}/.#{binary_part(Path.basename(path), 0, min(200, byte_size(Path.basename(path))))}.thumbnailer-#{System.pid()}-#{System.unique_integer([:positive])}"

    with {:ok, file} <- :file.open(part, [:write, :raw, :binary, :exclusive]),
         :ok <- written(file, data),
         :ok <- :file.rename(part, path) do
      :ok
    else
      error ->
        _ = :file.delete(part)
        error
    end
  end

  defp written(file, data) do
    with :ok <- :file.write(file, data), :ok <- :file.sync(file), do: :file.close(file)
  end
end
